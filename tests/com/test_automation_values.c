/* What scripts give for ranges and headers, in each shape that it may have. */
#include "com/linked_server.h"
#include "com/script/automation_values.h"

#include <oleauto.h>
#include <wchar.h>

/* --- Values ----------------------------------------------------------------------------- */

static VARIANT text(const WCHAR *words)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(words);
    return value;
}

static VARIANT whole(LONG number)
{
    VARIANT value;

    V_VT(&value) = VT_I4;
    V_I4(&value) = number;
    return value;
}

static VARIANT real(double number)
{
    VARIANT value;

    V_VT(&value) = VT_R8;
    V_R8(&value) = number;
    return value;
}

static VARIANT large(ULONGLONG number)
{
    VARIANT value;

    V_VT(&value) = VT_UI8;
    V_UI8(&value) = number;
    return value;
}

static VARIANT truth(void)
{
    VARIANT value;

    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = VARIANT_TRUE;
    return value;
}

static VARIANT nothing(VARTYPE type)
{
    VARIANT value;

    memset(&value, 0, sizeof(value));
    V_VT(&value) = type;
    if (type == VT_ERROR) {
        V_ERROR(&value) = DISP_E_PARAMNOTFOUND; /* an argument that was left out */
    }
    return value;
}

/* An array of VARIANTs, which takes the items over. Its first index is 5. */
static VARIANT array_of(size_t count, VARIANT *items)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 5, (ULONG)count);
    VARIANT value;

    assert_non_null(array);
    for (size_t i = 0; i < count; i++) {
        LONG index = (LONG)i + 5;

        assert_hr(SafeArrayPutElement(array, &index, &items[i]), S_OK);
        VariantClear(&items[i]);
    }
    V_VT(&value) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&value) = array;
    return value;
}

#define ARRAY(...)                                                                             \
    array_of(sizeof((VARIANT[]){__VA_ARGS__}) / sizeof(VARIANT), (VARIANT[]){__VA_ARGS__})

static VARIANT typed_array(VARTYPE type, ULONG count, const void *elements, size_t size)
{
    SAFEARRAY *array = SafeArrayCreateVector(type, 0, count);
    VARIANT value;
    void *data;

    assert_non_null(array);
    assert_hr(SafeArrayAccessData(array, &data), S_OK);
    memcpy(data, elements, count * size);
    SafeArrayUnaccessData(array);
    V_VT(&value) = VT_ARRAY | type;
    V_ARRAY(&value) = array;
    return value;
}

static VARIANT longs(void)
{
    return typed_array(VT_I4, 4, (const LONG[]){0, 9, 20, 29}, sizeof(LONG));
}

static VARIANT doubles(void)
{
    return typed_array(VT_R8, 2, (const double[]){4294967296.0, 4294967297.0}, sizeof(double));
}

static VARIANT texts(void)
{
    BSTR items[] = {SysAllocString(L"20-29"), SysAllocString(L"0-9")};

    return typed_array(VT_BSTR, 2, items, sizeof(items[0])); /* takes them over */
}

static VARIANT table(void)
{
    SAFEARRAYBOUND bounds[] = {{2, 0}, {2, 0}};
    VARIANT value;

    V_VT(&value) = VT_ARRAY | VT_I4;
    V_ARRAY(&value) = SafeArrayCreate(VT_I4, 2, bounds);
    assert_non_null(V_ARRAY(&value));
    return value;
}

/* --- Ranges ----------------------------------------------------------------------------- */

enum shape {
    SHAPE_EMPTY,
    SHAPE_NULL,
    SHAPE_LEFT_OUT,
    SHAPE_NO_OBJECT,
    SHAPE_NO_TEXT,
    SHAPE_TEXT,
    SHAPE_TEXT_WITH_ZERO,
    SHAPE_TEXTS,
    SHAPE_LONGS,
    SHAPE_DOUBLES,
    SHAPE_MIXED,
    SHAPE_NESTED,
    SHAPE_NO_ELEMENTS,
    SHAPE_LARGE,
    SHAPE_TOO_LARGE,
    SHAPE_TRUTH,
    SHAPE_NUMBER,
    SHAPE_ODD,
    SHAPE_NEGATIVE,
    SHAPE_FRACTION,
    SHAPE_NOT_A_NUMBER,
    SHAPE_REVERSED,
    SHAPE_TOO_DEEP,
    SHAPE_TABLE,
    SHAPE_OTHERS_INSIDE,
};

static VARIANT make(enum shape shape)
{
    double not_a_number;

    memset(&not_a_number, 0xff, sizeof(not_a_number));
    switch (shape) {
    case SHAPE_EMPTY:
        return nothing(VT_EMPTY);
    case SHAPE_NULL:
        return nothing(VT_NULL);
    case SHAPE_LEFT_OUT:
        return nothing(VT_ERROR);
    case SHAPE_NO_OBJECT:
        return nothing(VT_DISPATCH);
    case SHAPE_NO_TEXT:
        return nothing(VT_BSTR);
    case SHAPE_TEXT:
        return text(L"20-29,0-9");
    case SHAPE_TEXT_WITH_ZERO: {
        VARIANT value = text(L"0-9,20-29");

        V_BSTR(&value)[3] = L'\0';
        return value;
    }
    case SHAPE_TEXTS:
        return texts();
    case SHAPE_LONGS:
        return longs();
    case SHAPE_DOUBLES:
        return doubles();
    case SHAPE_MIXED:
        return ARRAY(whole(0), real(9), text(L"20-29,30-39"), whole(50), large(59));
    case SHAPE_NESTED:
        return ARRAY(ARRAY(whole(20), whole(29)), ARRAY(text(L"0-9")), ARRAY(whole(500)));
    case SHAPE_NO_ELEMENTS:
        return array_of(0, NULL);
    case SHAPE_LARGE:
        return ARRAY(large(9223372036854775800u), large(9223372036854775806u));
    case SHAPE_TOO_LARGE:
        return ARRAY(whole(0), large(9223372036854775807u));
    case SHAPE_TRUTH:
        return truth();
    case SHAPE_NUMBER:
        return whole(5);
    case SHAPE_ODD:
        return ARRAY(whole(0), whole(9), whole(20));
    case SHAPE_NEGATIVE:
        return ARRAY(whole(-1), whole(9));
    case SHAPE_FRACTION:
        return ARRAY(real(0), real(9.5));
    case SHAPE_NOT_A_NUMBER:
        return ARRAY(whole(0), real(not_a_number));
    case SHAPE_REVERSED:
        return ARRAY(text(L"0-9"), whole(30), whole(29));
    case SHAPE_TOO_DEEP:
        return ARRAY(ARRAY(ARRAY(whole(0), whole(9))));
    case SHAPE_TABLE:
        return table();
    case SHAPE_OTHERS_INSIDE:
        return ARRAY(truth(), whole(9));
    }
    return nothing(VT_EMPTY);
}

static const struct ranges_case {
    const char *name;
    enum shape shape;
    HRESULT hr;
    const WCHAR *ranges; /* or the sentence, on failure */
} ranges_cases[] = {
    {"Empty is the whole file", SHAPE_EMPTY, S_OK, L""},
    {"Null is the whole file", SHAPE_NULL, S_OK, L""},
    {"an argument left out is the whole file", SHAPE_LEFT_OUT, S_OK, L""},
    {"Nothing is the whole file", SHAPE_NO_OBJECT, S_OK, L""},
    {"a text that is NULL is the whole file", SHAPE_NO_TEXT, S_OK, L""},
    {"a text keeps its order", SHAPE_TEXT, S_OK, L"20-29,0-9"},
    {"an array of texts", SHAPE_TEXTS, S_OK, L"20-29,0-9"},
    {"an array of Longs", SHAPE_LONGS, S_OK, L"0-9,20-29"},
    {"an array of Doubles", SHAPE_DOUBLES, S_OK, L"4294967296-4294967297"},
    {"an array of this and that", SHAPE_MIXED, S_OK, L"0-9,20-29,30-39,50-59"},
    {"arrays in an array", SHAPE_NESTED, S_OK, L"20-29,0-9,500-"},
    {"an array without elements is the whole file", SHAPE_NO_ELEMENTS, S_OK, L""},
    {"numbers of 64 bits are exact", SHAPE_LARGE, S_OK,
     L"9223372036854775800-9223372036854775806"},

    {"a zero inside a text", SHAPE_TEXT_WITH_ZERO, E_INVALIDARG,
     L"Range 1 is not FIRST-LAST or FIRST-, such as '0-99' or '4096-'"},
    {"a number no file has", SHAPE_TOO_LARGE, DO_E_INVALID_RANGE,
     L"Range 1 has a number that no file is large enough for"},
    {"True", SHAPE_TRUTH, DISP_E_TYPEMISMATCH,
     L"Ranges are a text such as '0-99,4096-', or an array of such texts or of numbers"},
    {"a number alone", SHAPE_NUMBER, DISP_E_TYPEMISMATCH,
     L"Ranges are a text such as '0-99,4096-', or an array of such texts or of numbers"},
    {"a first byte without a last", SHAPE_ODD, E_INVALIDARG,
     L"Range 2 does not have two whole numbers, a first and a last byte"},
    {"less than nothing", SHAPE_NEGATIVE, E_INVALIDARG,
     L"Range 1 does not have two whole numbers, a first and a last byte"},
    {"half a byte", SHAPE_FRACTION, E_INVALIDARG,
     L"Range 1 does not have two whole numbers, a first and a last byte"},
    {"what is not a number", SHAPE_NOT_A_NUMBER, E_INVALIDARG,
     L"Range 1 does not have two whole numbers, a first and a last byte"},
    {"an end before the beginning", SHAPE_REVERSED, DO_E_INVALID_RANGE,
     L"Range 2 ends before it begins"},
    {"arrays in arrays in an array", SHAPE_TOO_DEEP, DISP_E_TYPEMISMATCH,
     L"Ranges are a text such as '0-99,4096-', or an array of such texts or of numbers"},
    {"a table", SHAPE_TABLE, DISP_E_TYPEMISMATCH,
     L"Ranges are a text such as '0-99,4096-', or an array of such texts or of numbers"},
    {"True in an array", SHAPE_OTHERS_INSIDE, E_INVALIDARG,
     L"Range 1 does not have two whole numbers, a first and a last byte"},
};

/* Take the sentence of the last failure, and check it. */
static void expect_sentence(const WCHAR *sentence)
{
    IErrorInfo *info = NULL;
    BSTR words = NULL;

    assert_hr(GetErrorInfo(0, &info), S_OK);
    assert_hr(IErrorInfo_GetDescription(info, &words), S_OK);
    assert_wide_equal(words, sentence);
    SysFreeString(words);
    assert_hr(IErrorInfo_GetSource(info, &words), S_OK);
    assert_wide_equal(words, L"OpenDO.Downloads");
    SysFreeString(words);
    IErrorInfo_Release(info);
}

static void check_ranges_value(const struct ranges_case *c, const VARIANT *value)
{
    struct automation_ranges list;
    BSTR ranges = NULL;

    SetErrorInfo(0, NULL);
    assert_hr(automation_values_read_ranges(value, &list), c->hr);
    if (FAILED(c->hr)) {
        assert_null(list.items);
        assert_int_equal(list.count, 0);
        expect_sentence(c->ranges);
        return;
    }
    assert_hr(automation_values_write_ranges(&list, &ranges), S_OK);
    assert_wide_equal(ranges, c->ranges);
    SysFreeString(ranges);
    automation_ranges_free(&list);
}

static void check_ranges(void **state)
{
    const struct ranges_case *c = *state;
    VARIANT value = make(c->shape);
    VARIANT variable; /* as VBScript passes one */

    check_ranges_value(c, &value);
    V_VT(&variable) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&variable) = &value;
    check_ranges_value(c, &variable);
    VariantClear(&value);
}

static void an_array_that_is_too_long_is_refused(void **state)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, 3000000);
    struct automation_ranges list;
    VARIANT value;

    (void)state;
    assert_non_null(array);
    V_VT(&value) = VT_ARRAY | VT_UI1;
    V_ARRAY(&value) = array;
    assert_hr(automation_values_read_ranges(&value, &list), DISP_E_OVERFLOW);
    assert_null(list.items);
    VariantClear(&value);
}

/* --- Headers ---------------------------------------------------------------------------- */

static const struct headers_case {
    const char *name;
    const WCHAR *lines[3]; /* one: a text; more: an array */
    HRESULT hr;
    const WCHAR *headers; /* or the sentence, on failure */
} headers_cases[] = {
    {"no line", {L""}, S_OK, L""},
    {"one line", {L"X-First: one"}, S_OK, L"X-First: one"},
    {"lines ended by LF", {L"A: 1\nB: 2\n"}, S_OK, L"A: 1\r\nB: 2"},
    {"lines ended by CRLF", {L"A: 1\r\nB: 2\r\n"}, S_OK, L"A: 1\r\nB: 2"},
    {"empty lines go", {L"\n\nA: 1\n \nB: 2"}, S_OK, L"A: 1\r\nB: 2"},
    {"blanks around a line go", {L"  A: 1 \t\n"}, S_OK, L"A: 1"},
    {"a header without a value", {L"A:"}, S_OK, L"A:"},
    {"a colon in a value", {L"A: b: c"}, S_OK, L"A: b: c"},
    {"an array of lines", {L"A: 1", L"B: 2"}, S_OK, L"A: 1\r\nB: 2"},

    {"no colon", {L"A 1"}, E_INVALIDARG, L"Header 1 is not 'Name: value'"},
    {"no name", {L": 1"}, E_INVALIDARG, L"Header 1 is not 'Name: value'"},
    {"a blank in a name", {L"A: 1\nB C: 2"}, E_INVALIDARG, L"Header 2 is not 'Name: value'"},
    {"a letter beyond ASCII in a name",
     {L"Gr\xfc\xdf: 1"},
     E_INVALIDARG,
     L"Header 1 is not 'Name: value'"},
    {"a control character", {L"A: 1\x01"}, E_INVALIDARG, L"Header 1 is not 'Name: value'"},
    {"CR alone", {L"A: 1\rB: 2"}, E_INVALIDARG, L"Header 1 is not 'Name: value'"},
    {"two lines in one element",
     {L"A: 1", L"B: 2\nHost: evil"},
     E_INVALIDARG,
     L"Header 2 is not 'Name: value'"},
};

static void check_headers(void **state)
{
    const struct headers_case *c = *state;
    VARIANT value = text(c->lines[0]);
    BSTR headers = NULL;

    if (c->lines[1]) {
        VariantClear(&value);
        value = ARRAY(text(c->lines[0]), text(c->lines[1]));
    }
    SetErrorInfo(0, NULL);
    assert_hr(automation_values_read_headers(&value, &headers), c->hr);
    if (SUCCEEDED(c->hr)) {
        assert_wide_equal(headers, c->headers);
    } else {
        assert_null(headers);
        expect_sentence(c->headers);
    }
    SysFreeString(headers);
    VariantClear(&value);
}

static void headers_of_another_type_are_refused(void **state)
{
    static const enum shape shapes[] = {SHAPE_TRUTH, SHAPE_NUMBER, SHAPE_TABLE};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(shapes); i++) {
        VARIANT value = make(shapes[i]);
        BSTR headers;

        assert_hr(automation_values_read_headers(&value, &headers), DISP_E_TYPEMISMATCH);
        assert_null(headers);
        VariantClear(&value);
    }
}

static void more_headers_than_can_be_sent_are_refused(void **state)
{
    WCHAR *line = calloc(70000, sizeof(*line));
    VARIANT value;
    BSTR headers;

    (void)state;
    assert_non_null(line);
    wmemset(line, L'x', 69999);
    line[1] = L':';
    value = text(line);
    assert_hr(automation_values_read_headers(&value, &headers), E_INVALIDARG);
    expect_sentence(L"There are more headers than can be sent");
    VariantClear(&value);
    free(line);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, ranges_cases, check_ranges);
    TEST_ADD(&suite, an_array_that_is_too_long_is_refused);
    TEST_ADD_TABLE(&suite, headers_cases, check_headers);
    TEST_ADD(&suite, headers_of_another_type_are_refused);
    TEST_ADD(&suite, more_headers_than_can_be_sent_are_refused);
    return client_run_in_both(&suite, "automation_values");
}

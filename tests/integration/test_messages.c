/*
 * The message table of the DLL, as anybody may read it who has met one of its codes: a
 * debugger, an event viewer, FormatMessage in a script. COM and the registry have no part in
 * it.
 */
#include <windows.h>

#include <deliveryoptimizationerrors.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include <cmocka.h>

enum { TEXT_MOST = 300 };

static int load_dll(void **state)
{
    const char *given = getenv("ODO_DLL"); /* where it lies elsewhere than where it was built */

    *state = LoadLibraryExA(given ? given : ODO_DLL, NULL, LOAD_LIBRARY_AS_DATAFILE);
    return *state ? 0 : -1;
}

static int free_dll(void **state)
{
    return FreeLibrary(*state) ? 0 : -1;
}

static DWORD text_of(HMODULE dll, HRESULT code, WCHAR text_out[TEXT_MOST])
{
    return FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS, dll,
                          (DWORD)code, 0, text_out, TEXT_MOST, NULL);
}

static void every_code_of_delivery_optimization_has_a_text(void **state)
{
    unsigned found = 0;

    for (DWORD code = 0x80D00000; code < 0x80D10000; code++) {
        WCHAR text[TEXT_MOST];

        found += text_of(*state, (HRESULT)code, text) > 0;
    }
    assert_int_equal(found, 84); /* the DO_E_* there are */
}

static void the_text_is_that_of_its_code(void **state)
{
    WCHAR text[TEXT_MOST] = L"";

    assert_true(text_of(*state, DO_E_OVERLAPPING_RANGES, text) > 0);
    assert_non_null(wcsstr(text, L"overlap"));
    assert_true(text_of(*state, DO_E_BLOCKED_BY_NO_NETWORK, text) > 0);
    assert_non_null(wcsstr(text, L"network"));
}

static void the_codes_of_bits_that_we_return_have_texts_too(void **state)
{
    static const HRESULT codes[] = {BG_S_PARTIAL_COMPLETE, BG_S_UNABLE_TO_DELETE_FILES,
                                    BG_E_PROTOCOL_NOT_AVAILABLE, BG_E_STRING_TOO_LONG,
                                    BG_E_TOO_MANY_RANGES_IN_FILE};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        WCHAR text[TEXT_MOST];

        assert_true(text_of(*state, codes[i], text) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_delivery_optimization_has_a_text),
        cmocka_unit_test(the_text_is_that_of_its_code),
        cmocka_unit_test(the_codes_of_bits_that_we_return_have_texts_too),
    };

    return cmocka_run_group_tests(tests, load_dll, free_dll);
}

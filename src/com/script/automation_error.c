#include "com/script/automation_error.h"

#include "com/object/error_info.h"
#include "com/object/error_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#define SOURCE L"OpenDO.Downloads"

enum { SENTENCE_MAX = 1024 };

HRESULT automation_error(HRESULT code, const WCHAR *sentence)
{
    error_info_set(SOURCE, sentence);
    return code;
}

HRESULT automation_error_format(HRESULT code, const WCHAR *format, ...)
{
    WCHAR sentence[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    if (vswprintf(sentence, SENTENCE_MAX, format, arguments) < 0) {
        sentence[SENTENCE_MAX - 1] = L'\0'; /* as much as fits was written */
    }
    va_end(arguments);
    error_info_set(SOURCE, sentence);
    return code;
}

HRESULT automation_error_pass(HRESULT code, const WCHAR *doing)
{
    WCHAR *words = NULL;

    if (SUCCEEDED(code)) {
        return code;
    }
    if (FAILED(error_text_describe(code, 0, &words))) {
        return automation_error(code, doing ? doing : L"Out of memory");
    }
    if (doing) {
        automation_error_format(code, L"%ls: %ls", doing, words);
    } else {
        automation_error(code, words);
    }
    CoTaskMemFree(words);
    return code;
}

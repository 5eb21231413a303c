#include "com/object/error_text.h"

#include "com/object/wide_text.h"

#include <deliveryoptimizationerrors.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

enum {
    FACILITY_OF_HTTP = 25,
    TEXT_MOST = 512, /* UTF-16 units of a system text */
};

/* Windows' texts end with a full stop and a line end: remove the latter. */
static bool ask_for_text(DWORD flags, const void *source, DWORD code, DWORD language,
                         WCHAR text_out[TEXT_MOST])
{
    DWORD length = FormatMessageW(flags | FORMAT_MESSAGE_IGNORE_INSERTS, source, code, language,
                                  text_out, TEXT_MOST, NULL);

    while (length > 0 && text_out[length - 1] <= L' ') {
        text_out[--length] = L'\0';
    }
    return length > 0;
}

/* From the message table of the module this is linked into; see messages.mc. */
static bool our_text(HRESULT code, WCHAR text_out[TEXT_MOST])
{
    extern IMAGE_DOS_HEADER __ImageBase; /* provided by the linker: the module's address */

    return ask_for_text(FORMAT_MESSAGE_FROM_HMODULE, &__ImageBase, (DWORD)code, 0, text_out);
}

/* In the language asked for, or else any. */
static bool system_text(HRESULT code, DWORD language, WCHAR text_out[TEXT_MOST])
{
    HMODULE winhttp = NULL; /* contains the texts of errors 12000 and up; used only if loaded */
    DWORD value = (DWORD)code;

    if (HRESULT_FACILITY(code) == FACILITY_WIN32) {
        value = (DWORD)HRESULT_CODE(code);
        winhttp = GetModuleHandleW(L"winhttp.dll");
    }
    return ask_for_text(FORMAT_MESSAGE_FROM_SYSTEM, NULL, value, language, text_out) ||
           ask_for_text(FORMAT_MESSAGE_FROM_SYSTEM, NULL, value, 0, text_out) ||
           (winhttp && ask_for_text(FORMAT_MESSAGE_FROM_HMODULE, winhttp, value, 0, text_out));
}

HRESULT error_text_describe(HRESULT code, DWORD language, LPWSTR *text_out)
{
    WCHAR text[TEXT_MOST];

    if (our_text(code, text)) {
        return wide_text_copy(text, text_out);
    }
    if (HRESULT_FACILITY(code) == FACILITY_OF_HTTP && HRESULT_CODE(code) >= 100) {
        swprintf(text, TEXT_MOST, L"The server answered with HTTP status %d",
                 (int)HRESULT_CODE(code));
    } else if (!system_text(code, language, text)) {
        swprintf(text, TEXT_MOST, L"Error 0x%08lX", (unsigned long)code);
    }
    return wide_text_copy(text, text_out);
}

HRESULT error_text_describe_context(BG_ERROR_CONTEXT context, LPWSTR *text_out)
{
    return wide_text_copy(context == BG_ERROR_CONTEXT_REMOTE_FILE
                              ? L"The error occurred while the remote file was being fetched"
                              : L"There is no context for this error",
                          text_out);
}

/*
 * Descriptions of HRESULTs. The table is the same on every system, so that a code from a
 * Windows log can be explained anywhere; for codes that are not in it, Windows is asked.
 */
#ifndef ODO_TOOL_HRESULT_TEXT_H
#define ODO_TOOL_HRESULT_TEXT_H

#include "report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The description of `hresult`, in English if it is in the table, without a full stop. Never
 * empty. False if the code is unknown and the text only says so.
 */
bool hresult_text(uint32_t hresult, char *buffer, size_t buffer_size);

/* Its symbol, such as "DO_E_INSUFFICIENT_RANGE_SUPPORT", or NULL if it is not in the table. */
const char *hresult_name(uint32_t hresult);

/* The code of a symbol. False if it is not in the table. */
bool hresult_from_name(const char *name, uint32_t *hresult_out);

/* The exit code of a program that failed with `hresult`. */
enum exit_code hresult_exit_code(uint32_t hresult);

#endif

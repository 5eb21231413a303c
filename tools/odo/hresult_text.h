/*
 * HRESULTs in words. The table is the same on every system, so that a number out of a log from
 * Windows can be explained anywhere; what it does not know, Windows is asked for.
 */
#ifndef ODO_TOOL_HRESULT_TEXT_H
#define ODO_TOOL_HRESULT_TEXT_H

#include "report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Words for `hresult`, in English where the table has them, without a full stop. Never empty.
 * True when the number is known, false when the words only say that it is not.
 */
bool hresult_text(uint32_t hresult, char *buffer, size_t buffer_size);

/* Its symbol, such as "DO_E_INSUFFICIENT_RANGE_SUPPORT", or NULL when the table has none. */
const char *hresult_name(uint32_t hresult);

/* The number that goes by a symbol. False when the table does not have it. */
bool hresult_from_name(const char *name, uint32_t *hresult_out);

/* With which exit code a program that met `hresult` ends. */
enum exit_code hresult_exit_code(uint32_t hresult);

#endif

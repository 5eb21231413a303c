/*
 * Properties passed in a VARIANT, as a table of id, type, reader and writer. Rules for all of
 * them:
 *
 *   E_INVALIDARG               no VARIANT, one of another type, or a string with a NUL in it
 *   DO_E_UNKNOWN_PROPERTY_ID   not in the table
 *   DO_E_READ_ONLY_PROPERTY    no writer
 *   DO_E_WRITE_ONLY_PROPERTY   no reader
 */
#ifndef ODO_COM_OBJECT_PROPERTIES_H
#define ODO_COM_OBJECT_PROPERTIES_H

#include <windows.h>

#include <oleauto.h>

#define PROPERTY_ANY_TYPE ((VARTYPE)VT_ILLEGAL) /* for a property that rejects every value */

struct property {
    LONG id;
    VARTYPE type;
    /* Set the value, which is VT_EMPTY; on failure leave it so. NULL: write-only. */
    HRESULT (*get)(void *object, VARIANT *value_out);
    /* Copy what is needed from the value. NULL: read-only. */
    HRESULT (*set)(void *object, const VARIANT *value);
};

/* `value_out` need not be initialized; on failure it is VT_EMPTY. */
HRESULT properties_get(const struct property *table, size_t count, void *object, LONG id,
                       VARIANT *value_out);

HRESULT properties_set(const struct property *table, size_t count, void *object, LONG id,
                       const VARIANT *value);

#endif

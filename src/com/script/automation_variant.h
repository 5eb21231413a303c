/*
 * Values and arrays of scripts. Arrays come in two forms: VBScript and most clients have
 * SAFEARRAYs, JScript has objects with a member "length" and members "0", "1" and so on.
 *
 * To be used in the apartment that the value was passed to.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_VARIANT_H
#define ODO_COM_SCRIPT_AUTOMATION_VARIANT_H

#include <stdbool.h>
#include <windows.h>

#include <oleauto.h>

enum { VARIANT_LIST_MAX = 2000000 };

/* All zero: empty. */
struct variant_list {
    VARIANT *items; /* owned; none is VT_BYREF */
    ULONG count;
};

/*
 * Copy the elements of an array. DISP_E_TYPEMISMATCH for an object without "length", and for
 * anything else that is not a one-dimensional array.
 *
 *   DISP_E_OVERFLOW   more than VARIANT_LIST_MAX
 *   E_OUTOFMEMORY
 *   errors of the object
 */
HRESULT automation_variant_read_list(const VARIANT *array, struct variant_list *list_out);

/* Free what the list owns and leave it empty. */
void automation_variant_free_list(struct variant_list *list);

/* Convert the value by Automation's rules. On failure, VariantChangeType's error and
 * VT_EMPTY. */
HRESULT automation_variant_convert(const VARIANT *value, VARTYPE type, VARIANT *out);

/* Copy a value, dereferencing references. On failure, E_OUTOFMEMORY and VT_EMPTY. */
HRESULT automation_variant_copy(const VARIANT *value, VARIANT *copy_out);

/* Is it an array, or an object that may be one? */
bool automation_variant_is_array(const VARIANT *value);
bool automation_variant_is_object(const VARIANT *value);

/* Was this argument omitted, or is it Null, Nothing or Empty? */
bool automation_variant_is_nothing(const VARIANT *value);

/*
 * Read a member of an object. `flags` is DISPATCH_PROPERTYGET for a property, combined with
 * DISPATCH_METHOD if it may be a method; `argument` may be NULL. DISP_E_UNKNOWNNAME if there is
 * no such member. On failure *value_out is VT_EMPTY.
 */
HRESULT automation_variant_get_member(IDispatch *object, const WCHAR *name, WORD flags,
                                      const VARIANT *argument, VARIANT *value_out);

#endif

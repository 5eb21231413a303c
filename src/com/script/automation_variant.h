/*
 * The values of scripts, and their arrays, which come in more than one shape: VBScript and most
 * other clients have arrays (SAFEARRAY), JScript has objects with a member "length" and members
 * "0", "1" and so on.
 *
 * To be used in the apartment that the value was passed to.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_VARIANT_H
#define ODO_COM_SCRIPT_AUTOMATION_VARIANT_H

#include <stdbool.h>
#include <windows.h>

#include <oleauto.h>

enum { VARIANT_LIST_MAX = 2000000 };

/* Zero is empty. */
struct variant_list {
    VARIANT *items; /* owned; none is VT_BYREF */
    ULONG count;
};

/*
 * Copy the elements of an array. Of an object without "length" it says DISP_E_TYPEMISMATCH, as
 * of everything else that is no array of one dimension.
 *
 *   DISP_E_OVERFLOW   more than VARIANT_LIST_MAX
 *   E_OUTOFMEMORY
 *   what the object says
 */
HRESULT automation_variant_read_list(const VARIANT *array, struct variant_list *list_out);

/* Free what the list owns and leave it empty. */
void automation_variant_free_list(struct variant_list *list);

/* The value as another type, as scripts expect. What VariantChangeType says, and VT_EMPTY. */
HRESULT automation_variant_convert(const VARIANT *value, VARTYPE type, VARIANT *out);

/* Copy a value; one that is a reference to a value becomes that value. E_OUTOFMEMORY and
 * VT_EMPTY. */
HRESULT automation_variant_copy(const VARIANT *value, VARIANT *copy_out);

/* Is it an array, or an object, perhaps one? */
bool automation_variant_is_array(const VARIANT *value);
bool automation_variant_is_object(const VARIANT *value);

/* Did a script leave this argument out, or give a Null, Nothing or Empty instead? */
bool automation_variant_is_nothing(const VARIANT *value);

/*
 * The value of a member of an object. `flags` is DISPATCH_PROPERTYGET for a property, and both
 * that and DISPATCH_METHOD for what may be either; `argument` may be NULL. DISP_E_UNKNOWNNAME
 * if there is none. On failure *value_out is VT_EMPTY.
 */
HRESULT automation_variant_get_member(IDispatch *object, const WCHAR *name, WORD flags,
                                      const VARIANT *argument, VARIANT *value_out);

#endif

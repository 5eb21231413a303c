/* Registry values as a table, written all or not at all. */
#ifndef ODO_COM_SERVER_REGISTRY_TABLE_H
#define ODO_COM_SERVER_REGISTRY_TABLE_H

#include <stdbool.h>
#include <windows.h>

struct registry_value {
    const WCHAR *key;  /* a path below the root */
    const WCHAR *name; /* NULL for the key's default value */
    const WCHAR *data; /* a REG_SZ */
};

/*
 * Write every row, and make the keys that are missing. On failure the keys and values are as
 * they were before.
 */
HRESULT registry_table_write(HKEY root, const struct registry_value *rows, size_t count);

/*
 * A text value (REG_SZ, or REG_EXPAND_SZ expanded); `name` as above. The caller frees it with
 * free(). NULL when there is none, or it cannot be read.
 */
WCHAR *registry_read_text(HKEY root, const WCHAR *key, const WCHAR *name);

bool registry_has_key(HKEY root, const WCHAR *key);

/* Copy a key with all below it to a new place in the same root, replacing what was there. */
HRESULT registry_copy_key(HKEY root, const WCHAR *from, const WCHAR *to);

/* Delete a key with all below it. A key that is not there is fine. */
HRESULT registry_delete_key(HKEY root, const WCHAR *key);

#endif

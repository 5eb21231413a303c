/* Writes a table of registry values, all or none. */
#ifndef ODO_COM_SERVER_REGISTRY_TABLE_H
#define ODO_COM_SERVER_REGISTRY_TABLE_H

#include <stdbool.h>
#include <windows.h>

struct registry_value {
    const WCHAR *key;  /* path below the root */
    const WCHAR *name; /* NULL for the key's default value */
    const WCHAR *data; /* a REG_SZ */
};

/* Write every row, creating missing keys. On failure all keys and values are restored. */
HRESULT registry_table_write(HKEY root, const struct registry_value *rows, size_t count);

/*
 * A string value (REG_SZ, or REG_EXPAND_SZ expanded); `name` as above. The caller frees it with
 * free(). NULL if there is none, or it is unreadable.
 */
WCHAR *registry_read_text(HKEY root, const WCHAR *key, const WCHAR *name);

/* Equal, ignoring case; NULL equals nothing. */
bool registry_texts_match(const WCHAR *left, const WCHAR *right);

/* Does the key's default value equal this text, ignoring case? */
bool registry_text_is(HKEY root, const WCHAR *key, const WCHAR *text);

bool registry_has_key(HKEY root, const WCHAR *key);

/* Copy a key and everything below it within the same root, replacing the destination. */
HRESULT registry_copy_key(HKEY root, const WCHAR *from, const WCHAR *to);

/* Delete a key and everything below it. A missing key is no error. */
HRESULT registry_delete_key(HKEY root, const WCHAR *key);

#endif

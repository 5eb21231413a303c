/*
 * A key of the registry with all below it, in memory: to compare with what is there later, and
 * to put back. What cannot be done ends the program with a word.
 */
#ifndef TESTS_INTEGRATION_REGISTRY_COPY_H
#define TESTS_INTEGRATION_REGISTRY_COPY_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

enum { REGISTRY_NAME_SIZE = 256, REGISTRY_PATH_SIZE = 1024 };

/* A key, or a value of one. */
struct registry_entry {
    WCHAR *key; /* a path below the root */
    bool is_value;
    WCHAR name[REGISTRY_NAME_SIZE];
    DWORD type;
    DWORD size;
    BYTE *data;
};

/* The entries in the order in which the registry lists them; none when there is no key. */
struct registry_copy {
    WCHAR *key;
    struct registry_entry *entries;
    size_t count;
};

static inline void registry_give_up(const char *what, const WCHAR *key)
{
    fprintf(stderr, "registry_copy: cannot %s %ls\n", what, key);
    exit(EXIT_FAILURE);
}

static inline struct registry_entry *registry_copy_add(struct registry_copy *copy,
                                                       const WCHAR *key)
{
    struct registry_entry *larger =
        realloc(copy->entries, (copy->count + 1) * sizeof(*copy->entries));
    struct registry_entry *entry;

    if (!larger) {
        registry_give_up("hold", key);
    }
    copy->entries = larger;
    entry = &copy->entries[copy->count++];
    memset(entry, 0, sizeof(*entry));
    entry->key = _wcsdup(key);
    if (!entry->key) {
        registry_give_up("hold", key);
    }
    return entry;
}

static inline void registry_copy_values(struct registry_copy *copy, HKEY opened,
                                        const WCHAR *key)
{
    for (DWORD i = 0;; i++) {
        WCHAR name[REGISTRY_NAME_SIZE];
        DWORD length = REGISTRY_NAME_SIZE;
        DWORD size = 0;
        struct registry_entry *entry;
        LSTATUS status = RegEnumValueW(opened, i, name, &length, NULL, NULL, NULL, &size);

        if (status == ERROR_NO_MORE_ITEMS) {
            return;
        }
        entry = registry_copy_add(copy, key);
        entry->is_value = true;
        wcscpy(entry->name, name);
        entry->size = size;
        entry->data = malloc(size > 0 ? size : 1);
        length = REGISTRY_NAME_SIZE;
        if (status != ERROR_SUCCESS || !entry->data ||
            RegEnumValueW(opened, i, name, &length, NULL, &entry->type, entry->data,
                          &entry->size) != ERROR_SUCCESS) {
            registry_give_up("read a value of", key);
        }
    }
}

static inline void registry_copy_key(struct registry_copy *copy, HKEY root, const WCHAR *key)
{
    HKEY opened;
    LSTATUS status = RegOpenKeyExW(root, key, 0, KEY_READ, &opened);

    if (status == ERROR_FILE_NOT_FOUND) {
        return;
    }
    if (status != ERROR_SUCCESS) {
        registry_give_up("open", key);
    }
    registry_copy_add(copy, key);
    registry_copy_values(copy, opened, key);
    for (DWORD i = 0;; i++) {
        WCHAR name[REGISTRY_NAME_SIZE];
        WCHAR path[REGISTRY_PATH_SIZE];
        DWORD length = REGISTRY_NAME_SIZE;

        if (RegEnumKeyExW(opened, i, name, &length, NULL, NULL, NULL, NULL) != ERROR_SUCCESS) {
            break;
        }
        if (swprintf(path, REGISTRY_PATH_SIZE, L"%ls\\%ls", key, name) < 0) {
            registry_give_up("name what is below", key);
        }
        registry_copy_key(copy, root, path);
    }
    RegCloseKey(opened);
}

/* Copy `key` of `root` as it is now. */
static inline void registry_copy_take(struct registry_copy *copy_out, HKEY root,
                                      const WCHAR *key)
{
    memset(copy_out, 0, sizeof(*copy_out));
    copy_out->key = _wcsdup(key);
    if (!copy_out->key) {
        registry_give_up("hold", key);
    }
    registry_copy_key(copy_out, root, key);
}

static inline void registry_copy_free(struct registry_copy *copy)
{
    for (size_t i = 0; i < copy->count; i++) {
        free(copy->entries[i].key);
        free(copy->entries[i].data);
    }
    free(copy->entries);
    free(copy->key);
    memset(copy, 0, sizeof(*copy));
}

/* Delete a key with all below it. A key that is not there is fine. */
static inline void registry_copy_delete(HKEY root, const WCHAR *key)
{
    LSTATUS status = RegDeleteTreeW(root, key);

    if (status != ERROR_SUCCESS && status != ERROR_FILE_NOT_FOUND) {
        registry_give_up("delete", key);
    }
}

/* Make the key what it was when the copy was taken. */
static inline void registry_copy_put_back(const struct registry_copy *copy, HKEY root)
{
    registry_copy_delete(root, copy->key);
    for (size_t i = 0; i < copy->count; i++) {
        const struct registry_entry *entry = &copy->entries[i];
        HKEY opened;
        LSTATUS status =
            RegCreateKeyExW(root, entry->key, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &opened, NULL);

        if (status == ERROR_SUCCESS && entry->is_value) {
            status =
                RegSetValueExW(opened, entry->name, 0, entry->type, entry->data, entry->size);
        }
        if (status != ERROR_SUCCESS) {
            registry_give_up("put back", entry->key);
        }
        RegCloseKey(opened);
    }
}

/* With `must_tell` the first entry that differs is shown on standard error. */
static inline bool registry_copy_equals(const struct registry_copy *left,
                                        const struct registry_copy *right, bool must_tell)
{
    for (size_t i = 0; i < left->count || i < right->count; i++) {
        const struct registry_entry *a = i < left->count ? &left->entries[i] : NULL;
        const struct registry_entry *b = i < right->count ? &right->entries[i] : NULL;

        if (!a || !b || wcscmp(a->key, b->key) != 0 || a->is_value != b->is_value ||
            wcscmp(a->name, b->name) != 0 || a->type != b->type || a->size != b->size ||
            (a->size > 0 && memcmp(a->data, b->data, a->size) != 0)) {
            if (must_tell) {
                fprintf(stderr, "the registry differs: %ls [%ls] and %ls [%ls]\n",
                        a ? a->key : L"nothing", a ? a->name : L"", b ? b->key : L"nothing",
                        b ? b->name : L"");
            }
            return false;
        }
    }
    return true;
}

#endif

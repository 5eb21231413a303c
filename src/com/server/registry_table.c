#include "com/server/registry_table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* --- Rollback ------------------------------------------------------------------------- */

/* A completed step: a key created, or a value set. */
struct step {
    struct step *before;
    WCHAR *key;
    bool made_key;
    const WCHAR *name; /* of the value set */
    bool had_value;
    DWORD type; /* type of the previous value, followed by its bytes */
    DWORD size;
    BYTE data[];
};

static void undo(HKEY root, const struct step *step)
{
    if (step->made_key) {
        RegDeleteKeyW(root, step->key);
    } else if (step->had_value) {
        RegSetKeyValueW(root, step->key, step->name, step->type, step->data, step->size);
    } else {
        RegDeleteKeyValueW(root, step->key, step->name);
    }
}

/* Free the steps, last one first; undo them if requested. */
static void end_steps(HKEY root, struct step *last, bool must_undo)
{
    while (last) {
        struct step *step = last;

        last = step->before;
        if (must_undo) {
            undo(root, step);
        }
        free(step->key);
        free(step);
    }
}

/* Append a step with room for `size` bytes. NULL when out of memory. */
static struct step *add_step(struct step **last, const WCHAR *key, size_t key_length,
                             DWORD size)
{
    struct step *step = calloc(1, sizeof(*step) + size);
    WCHAR *copy = calloc(key_length + 1, sizeof(*copy));

    if (!step || !copy) {
        free(step);
        free(copy);
        return NULL;
    }
    memcpy(copy, key, key_length * sizeof(*copy));
    step->key = copy;
    step->size = size;
    step->before = *last;
    *last = step;
    return step;
}

/* --- Writing -------------------------------------------------------------------------- */

/* Create the key and its missing parents, each recorded as a step. */
static LSTATUS make_key(HKEY root, const WCHAR *path, struct step **last)
{
    const WCHAR *end = path;
    LSTATUS status = ERROR_SUCCESS;

    while (status == ERROR_SUCCESS && *end) {
        struct step *step;
        DWORD disposition = 0;
        HKEY key;

        end += wcscspn(end, L"\\");
        step = add_step(last, path, (size_t)(end - path), 0);
        if (!step) {
            return ERROR_OUTOFMEMORY;
        }
        status = RegCreateKeyExW(root, step->key, 0, NULL, REG_OPTION_NON_VOLATILE, KEY_READ,
                                 NULL, &key, &disposition);
        if (status == ERROR_SUCCESS) {
            RegCloseKey(key);
        }
        step->made_key = status == ERROR_SUCCESS && disposition == REG_CREATED_NEW_KEY;
        if (!step->made_key) { /* nothing was created */
            *last = step->before;
            free(step->key);
            free(step);
        }
        end += *end == L'\\';
    }
    return status;
}

static LSTATUS set_value(HKEY root, const struct registry_value *row, struct step **last)
{
    DWORD old_size = 0;
    LSTATUS status = RegGetValueW(root, row->key, row->name, RRF_RT_ANY | RRF_NOEXPAND, NULL,
                                  NULL, &old_size);
    struct step *step;

    if (status != ERROR_SUCCESS && status != ERROR_FILE_NOT_FOUND) {
        return status;
    }
    step = add_step(last, row->key, wcslen(row->key), old_size);
    if (!step) {
        return ERROR_OUTOFMEMORY;
    }
    step->name = row->name;
    step->had_value = status == ERROR_SUCCESS &&
                      RegGetValueW(root, row->key, row->name, RRF_RT_ANY | RRF_NOEXPAND,
                                   &step->type, step->data, &step->size) == ERROR_SUCCESS;
    return RegSetKeyValueW(root, row->key, row->name, REG_SZ, row->data,
                           (DWORD)((wcslen(row->data) + 1) * sizeof(WCHAR)));
}

HRESULT registry_table_write(HKEY root, const struct registry_value *rows, size_t count)
{
    struct step *last = NULL;
    LSTATUS status = ERROR_SUCCESS;

    for (size_t i = 0; i < count && status == ERROR_SUCCESS; i++) {
        status = make_key(root, rows[i].key, &last);
        if (status == ERROR_SUCCESS) {
            status = set_value(root, &rows[i], &last);
        }
    }
    end_steps(root, last, status != ERROR_SUCCESS);
    return HRESULT_FROM_WIN32(status);
}

/* --- Reading, copying, deleting ------------------------------------------------------- */

WCHAR *registry_read_text(HKEY root, const WCHAR *key, const WCHAR *name)
{
    const DWORD types = RRF_RT_REG_SZ; /* includes REG_EXPAND_SZ, which is expanded */
    WCHAR *text = NULL;
    DWORD size = 0;
    LSTATUS status;

    /* The value may grow between the calls: then repeat. */
    do {
        free(text);
        text = NULL;
        status = RegGetValueW(root, key, name, types, NULL, NULL, &size);
        if (status == ERROR_SUCCESS) {
            text = malloc(size);
            status = text ? RegGetValueW(root, key, name, types, NULL, text, &size)
                          : ERROR_OUTOFMEMORY;
        }
    } while (status == ERROR_MORE_DATA);
    if (status != ERROR_SUCCESS) {
        free(text);
        return NULL;
    }
    return text;
}

bool registry_texts_match(const WCHAR *left, const WCHAR *right)
{
    return left && right && _wcsicmp(left, right) == 0;
}

bool registry_text_is(HKEY root, const WCHAR *key, const WCHAR *text)
{
    WCHAR *value = registry_read_text(root, key, NULL);
    bool is_same = registry_texts_match(value, text);

    free(value);
    return is_same;
}

bool registry_has_key(HKEY root, const WCHAR *key)
{
    HKEY opened;

    if (RegOpenKeyExW(root, key, 0, KEY_READ, &opened) != ERROR_SUCCESS) {
        return false;
    }
    RegCloseKey(opened);
    return true;
}

HRESULT registry_copy_key(HKEY root, const WCHAR *from, const WCHAR *to)
{
    HRESULT hr = registry_delete_key(root, to);
    LSTATUS status;
    HKEY copy;

    if (FAILED(hr)) {
        return hr;
    }
    status = RegCreateKeyExW(root, to, 0, NULL, REG_OPTION_NON_VOLATILE, KEY_READ | KEY_WRITE,
                             NULL, &copy, NULL);
    if (status == ERROR_SUCCESS) {
        status = RegCopyTreeW(root, from, copy);
        RegCloseKey(copy);
    }
    return HRESULT_FROM_WIN32(status);
}

HRESULT registry_delete_key(HKEY root, const WCHAR *key)
{
    LSTATUS status = RegDeleteTreeW(root, key);

    return status == ERROR_FILE_NOT_FOUND ? S_OK : HRESULT_FROM_WIN32(status);
}

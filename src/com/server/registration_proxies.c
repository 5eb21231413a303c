#include "com/server/registration_proxies.h"

#include "com/server/proxies.h"
#include "com/server/registration_keys.h"
#include "com/wine/remote_object.h"

#include <objbase.h>
#include <stdio.h>
#include <stdlib.h>

void registration_interface_make(size_t index, struct registration_interface *entry_out)
{
    WCHAR iid[40];

    StringFromGUID2(proxies_iid(index), iid, ARRAYSIZE(iid));
    _snwprintf(entry_out->key, REGISTRATION_INTERFACE_KEY_SIZE, L"Interface\\%ls", iid);
    _snwprintf(entry_out->proxy_key, REGISTRATION_INTERFACE_KEY_SIZE,
               L"Interface\\%ls" PROXY_CLASS, iid);
    _snwprintf(entry_out->name, REGISTRATION_INTERFACE_NAME_SIZE, L"%hs", proxies_name(index));
}

/* Does the interface have another proxy class? */
static bool others_carry(HKEY root, const struct registration_interface *entry)
{
    return root && registry_has_key(root, entry->proxy_key) &&
           !registry_text_is(root, entry->proxy_key, PROXIES_CLASS);
}

size_t registration_interface_rows(const struct registration_place *place,
                                   const struct registration_interface *entry,
                                   struct registry_value *rows_out)
{
    size_t count = 0;

    if (others_carry(place->classes, entry) || others_carry(place->elsewhere, entry)) {
        return 0;
    }
    if (!registry_has_key(place->classes, entry->key)) {
        rows_out[count++] = (struct registry_value){entry->key, NULL, entry->name};
        rows_out[count++] = (struct registry_value){entry->proxy_key, MADE_KEY, L"1"};
    }
    rows_out[count++] = (struct registry_value){entry->proxy_key, NULL, PROXIES_CLASS};
    return count;
}

/* Remove the rows of registration_interface_rows(). */
static HRESULT remove_interface(HKEY classes, const struct registration_interface *entry)
{
    WCHAR *mark;
    LSTATUS status;
    HRESULT hr;

    if (!registry_text_is(classes, entry->proxy_key, PROXIES_CLASS)) {
        return S_OK;
    }
    mark = registry_read_text(classes, entry->proxy_key, MADE_KEY);
    hr = registry_delete_key(classes, entry->proxy_key);
    if (SUCCEEDED(hr) && mark) {
        status = RegDeleteKeyW(classes, entry->key); /* unless it is not empty */
        if (status != ERROR_ACCESS_DENIED && status != ERROR_DIR_NOT_EMPTY) {
            hr = HRESULT_FROM_WIN32(status);
        }
    }
    free(mark);
    return hr;
}

HRESULT registration_proxies_remove(const struct registration_place *place)
{
    HRESULT hr = S_OK;

    if (!registry_text_is(place->classes, PROXIES_KEY SERVER, place->server_path)) {
        return S_OK; /* registered by another copy */
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < proxies_count(); i++) {
        struct registration_interface entry;

        registration_interface_make(i, &entry);
        hr = remove_interface(place->classes, &entry);
    }
    if (SUCCEEDED(hr)) {
        hr = registry_delete_key(place->classes, REMOTE_KEY);
    }
    return SUCCEEDED(hr) ? registry_delete_key(place->classes, PROXIES_KEY) : hr;
}

/*
 * The server's entries in the registry.
 *
 * The product's own class, the scripting class OpenDO.Downloads with its type library, and
 * their ProgIDs are always written. CLSID_DeliveryOptimization, the class that clients of
 * Windows' service ask for, is written only where nobody has it:
 *
 *   plain registration   leaves anybody else's entry alone, and succeeds without it
 *   takeover             replaces the entry of a third party, such as another implementation
 *                        that was installed before. What is replaced is kept below the
 *                        product's own class, and put back when we are unregistered
 *   neither              ever touches an entry of Windows: one that names the service's AppID,
 *                        or a program or DLL inside Windows' folder. Takeover then fails with
 *                        E_ACCESSDENIED and has changed nothing
 *
 * An entry is ours when its InprocServer32 is this DLL, or is the one that the product's own
 * class has: so the entry follows a DLL that was moved and is registered again. Unregistering
 * removes only entries that still lead to this DLL.
 *
 * Where the local server's program, dosvc-host.exe, lies beside the DLL, our classes get it as
 * their LocalServer32, with an AppID of the product's own that says who may use it.
 *
 * The DLL is also named as what carries the interfaces between processes, but each interface
 * only where nobody is named for it yet: neither Windows' proxies nor Wine's, which several of
 * them share with BITS, are ever replaced. No class and no type library of BITS is ever
 * written.
 *
 * Programs of 32 bits and of 64 each see classes and interfaces of their own, but the same
 * ProgIDs, AppIDs and type libraries: these stay as long as the other kind of DLL is
 * registered, and go with whichever goes last.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_H
#define ODO_COM_SERVER_REGISTRATION_H

#include <stdbool.h>
#include <windows.h>

/* Where entries are written. Tests give keys of their own. */
struct registration_place {
    HKEY classes;                /* written: Software\Classes of the machine or of the user */
    HKEY elsewhere;              /* only read: that of the other one; NULL for none */
    HKEY other_kind;             /* only read: CLSID there, as programs of the other kind, 32
                                    bits or 64, see it; NULL where there is one kind */
    const WCHAR *server_path;    /* this DLL, in full */
    const WCHAR *host_path;      /* the local server's program, in full; NULL for none */
    const WCHAR *user;           /* the user's SID as text; NULL for all of the machine */
    const WCHAR *windows_folder; /* without a backslash at its end */
};

/* All or nothing. */
HRESULT registration_add(const struct registration_place *place, bool take_over);
HRESULT registration_remove(const struct registration_place *place);

/*
 * The same for this DLL. `words`, which may be NULL, holds what regsvr32 was given with /i:
 * some of these, with commas or blanks between them; others are E_INVALIDARG.
 *
 *   user        for this user (HKEY_CURRENT_USER), not for the machine
 *   takeover    see above; without a meaning when unregistering
 */
HRESULT registration_install(bool install, const WCHAR *words);

#endif

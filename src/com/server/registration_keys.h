/*
 * The classes, keys and names of the server's registry entries.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_KEYS_H
#define ODO_COM_SERVER_REGISTRATION_KEYS_H

/* Of the IDL, as text for the registry. */
#define PRODUCT_CLASS L"{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}"
#define DO_CLASS      L"{5B99FA76-721C-423C-ADAC-56D03C8A8007}"

#define PRODUCT_KEY  L"CLSID\\" PRODUCT_CLASS
#define DO_KEY       L"CLSID\\" DO_CLASS
#define REPLACED_KEY PRODUCT_KEY L"\\Replaced"
#define SERVER       L"\\InprocServer32"
#define PROG_ID      L"OpenDO.DeliveryOptimization"
#define PROG_ID_1    PROG_ID L".1"
#define TITLE        L"OpenDO Delivery Optimization"

/* Windows' own service. */
#define WINDOWS_APP_ID  L"{379001DE-7108-4A45-8A74-6CD0A9FBEF2C}"
#define WINDOWS_SERVICE L"dosvc"

/* The scripting class, and ids from idl/OpenDO.idl; its type library is the second in this
 * DLL. */
#define SCRIPT_CLASS     L"{53A4564E-8884-4A3F-B260-E6BAB42938E9}"
#define SCRIPT_KEY       L"CLSID\\" SCRIPT_CLASS
#define SCRIPT_TITLE     L"OpenDO Downloads"
#define SCRIPT_PROG_ID   L"OpenDO.Downloads"
#define SCRIPT_PROG_ID_1 SCRIPT_PROG_ID L".1"

/* The class as served by the local server only. */
#define SHARED_CLASS     L"{B4C1F4C5-0C5E-4B0B-9C7A-0B5B5E0B7D52}"
#define SHARED_KEY       L"CLSID\\" SHARED_CLASS
#define SHARED_TITLE     L"OpenDO Downloads, shared by all programs"
#define SHARED_PROG_ID   L"OpenDO.SharedDownloads"
#define SHARED_PROG_ID_1 SHARED_PROG_ID L".1"

#define LIBRARY          L"{DB1551D0-2AD2-4A04-A015-69C5BA3D755C}"
#define LIBRARY_KEY      L"TypeLib\\" LIBRARY
#define LIBRARY_FILES    LIBRARY_KEY L"\\1.0\\0"
#define LIBRARY_RESOURCE L"\\2"
#define DOWNLOADS_KEY    L"Interface\\{5D43D778-C423-4D84-A645-FD1F52FC1A92}"
#define DOWNLOAD_KEY     L"Interface\\{9EA2A3C5-E2DD-4F10-9704-C187C3FDC353}"

#ifdef _WIN64
#define LIBRARY_SYSTEM       L"\\win64"
#define OTHER_LIBRARY_SYSTEM L"\\win32"
#define OTHER_VIEW           KEY_WOW64_32KEY
#else
#define LIBRARY_SYSTEM       L"\\win32"
#define OTHER_LIBRARY_SYSTEM L"\\win64"
#define OTHER_VIEW           KEY_WOW64_64KEY
#endif

/* Windows' marshaler for interfaces described by a type library. */
#define AUTOMATION_PROXY L"{00020424-0000-0000-C000-000000000046}"

/* The local server's. */
#define APP_ID       L"{FCCC8316-A076-4E7C-85CD-454DE87B4509}"
#define APP_ID_KEY   L"AppID\\" APP_ID
#define LOCAL_SERVER L"\\LocalServer32"
#define HOST_NAME    L"dosvc-host.exe"

#define PROXIES_KEY   L"CLSID\\" PROXIES_CLASS
#define PROXIES_TITLE L"OpenDO proxies"
#define PROXY_CLASS   L"\\ProxyStubClsid32"
#define REMOTE_KEY    L"CLSID\\" REMOTE_OBJECT_CLASS
#define REMOTE_TITLE  L"OpenDO objects of another process"

/* A value beside an interface's proxy class: set if we have created the interface's key too. */
#define MADE_KEY L"OpenDOMadeKey"

#endif

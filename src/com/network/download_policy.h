/* The administrator's download policies in the registry. Any thread. */
#ifndef ODO_COM_NETWORK_DOWNLOAD_POLICY_H
#define ODO_COM_NETWORK_DOWNLOAD_POLICY_H

#include <windows.h>

#include <odo/odo.h>

/*
 * May downloads run, according to DODownloadMode? Reads the registry each time.
 *
 *   DO_E_NO_DOWNLOAD_EXTSETTINGS   the mode is 100, "bypass"
 */
HRESULT download_policy_check(void);

/*
 * DOMaxForegroundDownloadBandwidth and DOMaxBackgroundDownloadBandwidth; reads the registry
 * each time.
 */
void download_policy_get_limits(struct odo_limits *limits_out);

/*
 * Set `changed` once, when the policies' registry key next changes, appears or disappears.
 * `watched` belongs to the caller, is NULL before the first call, and is closed by the caller
 * in the end, on the thread that has called this; each call starts over. Earlier changes are
 * not reported: read after the call. `changed` may be set without a change. If `watched` is
 * NULL afterwards, nothing is watched.
 */
void download_policy_watch(HKEY *watched, HANDLE changed);

#endif

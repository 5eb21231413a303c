/* The administrator's policies on downloads, as Windows keeps them. Any thread. */
#ifndef ODO_COM_NETWORK_DOWNLOAD_POLICY_H
#define ODO_COM_NETWORK_DOWNLOAD_POLICY_H

#include <windows.h>

#include <odo/odo.h>

/*
 * May downloads run, by DODownloadMode? Read anew at each call.
 *
 *   DO_E_NO_DOWNLOAD_EXTSETTINGS   the mode is 100, "bypass"
 */
HRESULT download_policy_check(void);

/*
 * DOMaxForegroundDownloadBandwidth and DOMaxBackgroundDownloadBandwidth, read anew at each
 * call.
 */
void download_policy_get_limits(struct odo_limits *limits_out);

/*
 * Have `changed` set once, at the next change of the policies' registry key, or when that key
 * comes or goes. `watched` is the caller's, NULL before the first call; each call begins anew,
 * and the caller closes it in the end, from the thread that has called this. A change before
 * the call is not told: read after it. May set `changed` without a change. Without `watched`
 * afterwards nothing is watched.
 */
void download_policy_watch(HKEY *watched, HANDLE changed);

#endif

/*
 * The methods of BITS' job interfaces that Delivery Optimization does not have: E_NOTIMPL, with
 * every output cleared.
 */
#ifndef ODO_COM_JOB_JOB_UNSUPPORTED_H
#define ODO_COM_JOB_JOB_UNSUPPORTED_H

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* IBackgroundCopyJob: ownership. */
HRESULT STDMETHODCALLTYPE job_unsupported_TakeOwnership(IBackgroundCopyJob5 *self);

/* IBackgroundCopyJob2: command lines, replies and credentials. */
HRESULT STDMETHODCALLTYPE job_unsupported_SetNotifyCmdLine(IBackgroundCopyJob5 *self,
                                                           LPCWSTR program, LPCWSTR parameters);
HRESULT STDMETHODCALLTYPE job_unsupported_GetNotifyCmdLine(IBackgroundCopyJob5 *self,
                                                           LPWSTR *program_out,
                                                           LPWSTR *parameters_out);
HRESULT STDMETHODCALLTYPE job_unsupported_GetReplyProgress(IBackgroundCopyJob5 *self,
                                                           BG_JOB_REPLY_PROGRESS *progress_out);
HRESULT STDMETHODCALLTYPE job_unsupported_GetReplyData(IBackgroundCopyJob5 *self,
                                                       byte **data_out, UINT64 *size_out);
HRESULT STDMETHODCALLTYPE job_unsupported_SetReplyFileName(IBackgroundCopyJob5 *self,
                                                           LPCWSTR path);
HRESULT STDMETHODCALLTYPE job_unsupported_GetReplyFileName(IBackgroundCopyJob5 *self,
                                                           LPWSTR *path_out);
HRESULT STDMETHODCALLTYPE job_unsupported_SetCredentials(IBackgroundCopyJob5 *self,
                                                         BG_AUTH_CREDENTIALS *credentials);
HRESULT STDMETHODCALLTYPE job_unsupported_RemoveCredentials(IBackgroundCopyJob5 *self,
                                                            BG_AUTH_TARGET target,
                                                            BG_AUTH_SCHEME scheme);

/* IBackgroundCopyJob3: remote prefixes and access control lists. */
HRESULT STDMETHODCALLTYPE job_unsupported_ReplaceRemotePrefix(IBackgroundCopyJob5 *self,
                                                              LPCWSTR old_prefix,
                                                              LPCWSTR new_prefix);
HRESULT STDMETHODCALLTYPE job_unsupported_SetFileACLFlags(IBackgroundCopyJob5 *self,
                                                          DWORD flags);
HRESULT STDMETHODCALLTYPE job_unsupported_GetFileACLFlags(IBackgroundCopyJob5 *self,
                                                          DWORD *flags_out);

/* IBackgroundCopyJob4: caches, integrity levels and time limits. */
HRESULT STDMETHODCALLTYPE job_unsupported_SetPeerCachingFlags(IBackgroundCopyJob5 *self,
                                                              DWORD flags);
HRESULT STDMETHODCALLTYPE job_unsupported_GetPeerCachingFlags(IBackgroundCopyJob5 *self,
                                                              DWORD *flags_out);
HRESULT STDMETHODCALLTYPE job_unsupported_GetOwnerIntegrityLevel(IBackgroundCopyJob5 *self,
                                                                 ULONG *level_out);
HRESULT STDMETHODCALLTYPE job_unsupported_GetOwnerElevationState(IBackgroundCopyJob5 *self,
                                                                 BOOL *is_elevated_out);
HRESULT STDMETHODCALLTYPE job_unsupported_SetMaximumDownloadTime(IBackgroundCopyJob5 *self,
                                                                 ULONG seconds);
HRESULT STDMETHODCALLTYPE job_unsupported_GetMaximumDownloadTime(IBackgroundCopyJob5 *self,
                                                                 ULONG *seconds_out);

#endif

#include "com/job/job_unsupported.h"

/* --- IBackgroundCopyJob: ownership ---------------------------------------------------- */

HRESULT STDMETHODCALLTYPE job_unsupported_TakeOwnership(IBackgroundCopyJob5 *self)
{
    (void)self;
    return E_NOTIMPL;
}

/* --- IBackgroundCopyJob2: command lines, replies and credentials ---------------------- */

HRESULT STDMETHODCALLTYPE job_unsupported_SetNotifyCmdLine(IBackgroundCopyJob5 *self,
                                                           LPCWSTR program, LPCWSTR parameters)
{
    (void)self;
    (void)program;
    (void)parameters;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetNotifyCmdLine(IBackgroundCopyJob5 *self,
                                                           LPWSTR *program_out,
                                                           LPWSTR *parameters_out)
{
    (void)self;
    if (program_out) {
        *program_out = NULL;
    }
    if (parameters_out) {
        *parameters_out = NULL;
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetReplyProgress(IBackgroundCopyJob5 *self,
                                                           BG_JOB_REPLY_PROGRESS *progress_out)
{
    (void)self;
    if (progress_out) {
        *progress_out = (BG_JOB_REPLY_PROGRESS){0};
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetReplyData(IBackgroundCopyJob5 *self,
                                                       byte **data_out, UINT64 *size_out)
{
    (void)self;
    if (data_out) {
        *data_out = NULL;
    }
    if (size_out) {
        *size_out = 0;
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_SetReplyFileName(IBackgroundCopyJob5 *self,
                                                           LPCWSTR path)
{
    (void)self;
    (void)path;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetReplyFileName(IBackgroundCopyJob5 *self,
                                                           LPWSTR *path_out)
{
    (void)self;
    if (path_out) {
        *path_out = NULL;
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_SetCredentials(IBackgroundCopyJob5 *self,
                                                         BG_AUTH_CREDENTIALS *credentials)
{
    (void)self;
    (void)credentials;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_RemoveCredentials(IBackgroundCopyJob5 *self,
                                                            BG_AUTH_TARGET target,
                                                            BG_AUTH_SCHEME scheme)
{
    (void)self;
    (void)target;
    (void)scheme;
    return E_NOTIMPL;
}

/* --- IBackgroundCopyJob3: remote prefixes and access control lists -------------------- */

HRESULT STDMETHODCALLTYPE job_unsupported_ReplaceRemotePrefix(IBackgroundCopyJob5 *self,
                                                              LPCWSTR old_prefix,
                                                              LPCWSTR new_prefix)
{
    (void)self;
    (void)old_prefix;
    (void)new_prefix;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_SetFileACLFlags(IBackgroundCopyJob5 *self,
                                                          DWORD flags)
{
    (void)self;
    (void)flags;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetFileACLFlags(IBackgroundCopyJob5 *self,
                                                          DWORD *flags_out)
{
    (void)self;
    if (flags_out) {
        *flags_out = 0;
    }
    return E_NOTIMPL;
}

/* --- IBackgroundCopyJob4: caches, integrity levels and time limits -------------------- */

HRESULT STDMETHODCALLTYPE job_unsupported_SetPeerCachingFlags(IBackgroundCopyJob5 *self,
                                                              DWORD flags)
{
    (void)self;
    (void)flags;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetPeerCachingFlags(IBackgroundCopyJob5 *self,
                                                              DWORD *flags_out)
{
    (void)self;
    if (flags_out) {
        *flags_out = 0;
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetOwnerIntegrityLevel(IBackgroundCopyJob5 *self,
                                                                 ULONG *level_out)
{
    (void)self;
    if (level_out) {
        *level_out = 0;
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetOwnerElevationState(IBackgroundCopyJob5 *self,
                                                                 BOOL *is_elevated_out)
{
    (void)self;
    if (is_elevated_out) {
        *is_elevated_out = FALSE;
    }
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_SetMaximumDownloadTime(IBackgroundCopyJob5 *self,
                                                                 ULONG seconds)
{
    (void)self;
    (void)seconds;
    return E_NOTIMPL;
}

HRESULT STDMETHODCALLTYPE job_unsupported_GetMaximumDownloadTime(IBackgroundCopyJob5 *self,
                                                                 ULONG *seconds_out)
{
    (void)self;
    if (seconds_out) {
        *seconds_out = 0;
    }
    return E_NOTIMPL;
}

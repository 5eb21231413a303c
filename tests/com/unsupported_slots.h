/*
 * Every slot that answers E_NOTIMPL: what Delivery Optimization does not have either. The one
 * list: test_unsupported checks each, and prints from it the README's table of methods
 * (test_unsupported --list).
 *
 *     UNSUPPORTED(interface, method, call)
 *
 * `call` calls it on `objects`.
 */
/* clang-format off */
UNSUPPORTED(IBackgroundCopyJob, SetProxySettings,
            IBackgroundCopyJob_SetProxySettings(objects->job, BG_JOB_PROXY_USAGE_NO_PROXY, NULL, NULL))
UNSUPPORTED(IBackgroundCopyJob, TakeOwnership,
            IBackgroundCopyJob_TakeOwnership(objects->job))
UNSUPPORTED(IBackgroundCopyJob2, SetNotifyCmdLine,
            IBackgroundCopyJob5_SetNotifyCmdLine(objects->job5, L"C:\\x.exe", NULL))
UNSUPPORTED(IBackgroundCopyJob2, GetNotifyCmdLine,
            IBackgroundCopyJob5_GetNotifyCmdLine(objects->job5, &objects->texts[0], &objects->texts[1]))
UNSUPPORTED(IBackgroundCopyJob2, GetReplyProgress,
            IBackgroundCopyJob5_GetReplyProgress(objects->job5, &objects->reply))
UNSUPPORTED(IBackgroundCopyJob2, GetReplyData,
            IBackgroundCopyJob5_GetReplyData(objects->job5, &objects->bytes, &objects->size))
UNSUPPORTED(IBackgroundCopyJob2, SetReplyFileName,
            IBackgroundCopyJob5_SetReplyFileName(objects->job5, L"C:\\x"))
UNSUPPORTED(IBackgroundCopyJob2, GetReplyFileName,
            IBackgroundCopyJob5_GetReplyFileName(objects->job5, &objects->texts[0]))
UNSUPPORTED(IBackgroundCopyJob2, SetCredentials,
            IBackgroundCopyJob5_SetCredentials(objects->job5, NULL))
UNSUPPORTED(IBackgroundCopyJob2, RemoveCredentials,
            IBackgroundCopyJob5_RemoveCredentials(objects->job5, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC))
UNSUPPORTED(IBackgroundCopyJob3, ReplaceRemotePrefix,
            IBackgroundCopyJob5_ReplaceRemotePrefix(objects->job5, L"http://a/", L"http://b/"))
UNSUPPORTED(IBackgroundCopyJob3, SetFileACLFlags,
            IBackgroundCopyJob5_SetFileACLFlags(objects->job5, BG_COPY_FILE_ALL))
UNSUPPORTED(IBackgroundCopyJob3, GetFileACLFlags,
            IBackgroundCopyJob5_GetFileACLFlags(objects->job5, &objects->number))
UNSUPPORTED(IBackgroundCopyJob4, SetPeerCachingFlags,
            IBackgroundCopyJob5_SetPeerCachingFlags(objects->job5, 0))
UNSUPPORTED(IBackgroundCopyJob4, GetPeerCachingFlags,
            IBackgroundCopyJob5_GetPeerCachingFlags(objects->job5, &objects->number))
UNSUPPORTED(IBackgroundCopyJob4, GetOwnerIntegrityLevel,
            IBackgroundCopyJob5_GetOwnerIntegrityLevel(objects->job5, &objects->number))
UNSUPPORTED(IBackgroundCopyJob4, GetOwnerElevationState,
            IBackgroundCopyJob5_GetOwnerElevationState(objects->job5, &objects->flag))
UNSUPPORTED(IBackgroundCopyJob4, SetMaximumDownloadTime,
            IBackgroundCopyJob5_SetMaximumDownloadTime(objects->job5, 1))
UNSUPPORTED(IBackgroundCopyJob4, GetMaximumDownloadTime,
            IBackgroundCopyJob5_GetMaximumDownloadTime(objects->job5, &objects->number))
UNSUPPORTED(IBackgroundCopyFile3, SetValidationState,
            IBackgroundCopyFile5_SetValidationState(objects->file, TRUE))
UNSUPPORTED(IBackgroundCopyFile3, GetValidationState,
            IBackgroundCopyFile5_GetValidationState(objects->file, &objects->flag))
UNSUPPORTED(IBackgroundCopyFile5, SetProperty,
            IBackgroundCopyFile5_SetProperty(objects->file, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS,
                                             (BITS_FILE_PROPERTY_VALUE){.String = NULL}))
/* clang-format on */

// Delivery Optimization for C#: the interfaces of DeliveryOptimization.idl for the built-in COM
// interop of .NET (BuiltInComInteropSupport in the project file) and of the .NET Framework. It
// is one file, C# 7.3 and without dependencies: copy it into a project.
//
// Names of interfaces, methods, structures and values are those of Windows, so that Microsoft's
// documentation can be read along. What is added for comfort stands at the end: DownloadRanges,
// DownloadExtensions, JobExtensions, ComStream and LocalName.
//
//     var manager = (IDOManager)new OpenDOClass();
//     manager.CreateDownload(out IDODownload download);
//     download.Set(DODownloadProperty.Uri, "http://127.0.0.1:8080/image.iso");
//     download.Set(DODownloadProperty.LocalPath, @"C:\parts.bin");
//     download.Start(new DownloadRanges().Add(0, 100).AddToEnd(4096));
//
// A method that fails throws the exception that .NET has for its HRESULT: COMException for most,
// ArgumentException for E_INVALIDARG, NotImplementedException for E_NOTIMPL,
// UnauthorizedAccessException for E_ACCESSDENIED. Exception.HResult has the number in any case,
// and DOError the names. Methods with more than one kind of success return the HRESULT instead.
//
// An interface that extends another declares only what it adds: _VtblGap1_32 stands for the 32
// methods before. Cast to the base interface for those; a cast is a QueryInterface.

using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.ComTypes;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenDO.Interop
{
    /// <summary>The identifiers of the classes.</summary>
    public static class DOClass
    {
        /// <summary>The product's own class; nobody else has it.</summary>
        public const string OpenDO = "7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31";

        /// <summary>Windows' class: whoever is registered there answers.</summary>
        public const string DeliveryOptimization = "5B99FA76-721C-423C-ADAC-56D03C8A8007";
    }

    /// <summary>
    /// The product's own class. Cast a new one to <see cref="IDOManager"/> or
    /// <see cref="IBackgroundCopyManager"/>.
    /// </summary>
    [ComImport, Guid(DOClass.OpenDO), ClassInterface(ClassInterfaceType.None)]
    public class OpenDOClass
    {
    }

    /// <summary>Windows' class, of the same kind.</summary>
    [ComImport, Guid(DOClass.DeliveryOptimization), ClassInterface(ClassInterfaceType.None)]
    public class DeliveryOptimizationClass
    {
    }

    // ---------------------------------------------------------------------------------------
    // The newer model: downloads
    // ---------------------------------------------------------------------------------------

    public enum DODownloadState
    {
        Created = 0,
        Transferring = 1,
        Transferred = 2,
        Finalized = 3,
        Aborted = 4,
        Paused = 5
    }

    /// <summary>Which networks a download may use, by what they cost.</summary>
    public enum DODownloadCostPolicy
    {
        Always = 0,
        Unrestricted = 1,
        Standard = 2,
        NoRoaming = 3,
        NoSurcharge = 4,
        NoCellular = 5
    }

    /// <summary>
    /// With the type that a value must have: it is not converted, so a number must be a uint or
    /// a ulong. Those without a remark can be read and written.
    /// </summary>
    public enum DODownloadProperty
    {
        Id = 0,                        // string, read only
        Uri = 1,                       // string
        ContentId = 2,                 // string
        DisplayName = 3,               // string
        LocalPath = 4,                 // string
        HttpCustomHeaders = 5,         // string
        CostPolicy = 6,                // uint, DODownloadCostPolicy
        SecurityFlags = 7,             // uint, write only
        CallbackFreqPercent = 8,       // uint
        CallbackFreqSeconds = 9,       // uint
        NoProgressTimeoutSeconds = 10, // uint
        ForegroundPriority = 11,       // bool
        BlockingMode = 12,             // bool
        CallbackInterface = 13,        // an UnknownWrapper of an IDODownloadStatusCallback
        StreamInterface = 14,          // an UnknownWrapper of an IStream
        SecurityContext = 15,          // byte[], write only
        NetworkToken = 16,             // bool, write only
        CorrelationVector = 17,        // string
        DecryptionInfo = 18,           // string, JSON, write only
        IntegrityCheckInfo = 19,       // string, JSON, write only
        IntegrityCheckMandatory = 20,  // bool
        TotalSizeBytes = 21,           // ulong
        DisallowOnCellular = 22,       // bool
        HttpCustomAuthHeaders = 23,    // string
        HttpAllowSecureToNonSecureRedirect = 24, // bool
        NonVolatile = 25,              // bool
        HttpRedirectionTarget = 26,    // string, read only
        HttpResponseHeaders = 27,      // string, read only
        HttpServerIPAddress = 28,      // string, read only
        HttpStatusCode = 29            // uint, read only
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct DO_DOWNLOAD_RANGE
    {
        public ulong Offset;

        /// <summary>May be <see cref="DownloadRanges.ToEnd"/>.</summary>
        public ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct DO_DOWNLOAD_STATUS
    {
        /// <summary>0 until it is known.</summary>
        public ulong BytesTotal;

        public ulong BytesTransferred;
        public DODownloadState State;

        /// <summary>An HRESULT: why the download stopped, or 0.</summary>
        public int Error;

        /// <summary>An HRESULT: more about it, also while it only waits.</summary>
        public int ExtendedError;
    }

    /// <summary>
    /// Only the downloads whose property has this value. A class, so that it may be null.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public sealed class DO_DOWNLOAD_ENUM_CATEGORY
    {
        /// <summary>Id, Uri, ContentId, DisplayName or LocalPath.</summary>
        public DODownloadProperty Property;

        [MarshalAs(UnmanagedType.LPWStr)] public string Value;
    }

    /// <summary>
    /// One file being downloaded, whole or in ranges, to a path or into a stream.
    /// </summary>
    [ComImport, Guid("FBBD7FC0-C147-4727-A38D-827EF071EE77"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDODownload
    {
        /// <summary>
        /// Start or go on. <paramref name="ranges"/> points to a DO_DOWNLOAD_RANGES_INFO, a
        /// block that is as long as the ranges need: <see cref="DownloadExtensions"/> makes it.
        /// Zero means the whole file, or going on with what was asked for before.
        /// </summary>
        void Start(IntPtr ranges);
        void Pause();
        void Abort();

#pragma warning disable 465 // this Finalize is no destructor
        /// <summary>Give the transferred file its name. The last thing that one does.</summary>
        void Finalize();
#pragma warning restore 465
        void GetStatus(out DO_DOWNLOAD_STATUS status);
        void GetProperty(DODownloadProperty id,
                         [MarshalAs(UnmanagedType.Struct)] out object value);

        /// <summary>See <see cref="DODownloadProperty"/> for the types.</summary>
        void SetProperty(DODownloadProperty id,
                         [In, MarshalAs(UnmanagedType.Struct)] ref object value);
    }

    /// <summary>
    /// News of a download: implement it and hand it to
    /// <see cref="DownloadExtensions.SetCallback"/>. It is called on a thread of the server. An
    /// exception that leaves it is lost.
    /// </summary>
    [ComImport, Guid("D166E8E3-A90E-4392-8E87-05E996D3747D"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDODownloadStatusCallback
    {
        void OnStatusChange(IDODownload download, [In] ref DO_DOWNLOAD_STATUS status);
    }

    /// <summary>The way in: makes downloads and lists them.</summary>
    [ComImport, Guid("400E2D4A-1431-4C1A-A748-39CA472CFDB1"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDOManager
    {
        void CreateDownload(out IDODownload download);

        /// <summary>
        /// A category of null means all. Fails with <see cref="DOError.DO_E_NO_DOWNLOADS"/>
        /// when there are none; <see cref="DownloadExtensions.Downloads"/> then has no element.
        /// </summary>
        void EnumDownloads([In] DO_DOWNLOAD_ENUM_CATEGORY category, out IEnumUnknown downloads);
    }

    /// <summary>COM's own enumerator of objects, which .NET does not declare.</summary>
    [ComImport, Guid("00000100-0000-0000-C000-000000000046"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IEnumUnknown
    {
        [PreserveSig]
        int Next(uint count,
                 [Out, MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.IUnknown,
                                 SizeParamIndex = 0)] object[] elements,
                 out uint fetched);
        [PreserveSig]
        int Skip(uint count);
        void Reset();
        void Clone(out IEnumUnknown copy);
    }

    // ---------------------------------------------------------------------------------------
    // The older model: jobs and their files
    // ---------------------------------------------------------------------------------------

    /// <summary>What was going on when a job failed.</summary>
    public enum BG_ERROR_CONTEXT
    {
        NONE = 0,
        UNKNOWN = 1,
        GENERAL_QUEUE_MANAGER = 2,
        QUEUE_MANAGER_NOTIFICATION = 3,
        LOCAL_FILE = 4,
        REMOTE_FILE = 5,
        GENERAL_TRANSPORT = 6,
        REMOTE_APPLICATION = 7
    }

    public enum BG_JOB_PRIORITY
    {
        FOREGROUND = 0,
        HIGH = 1,
        NORMAL = 2,
        LOW = 3
    }

    public enum BG_JOB_STATE
    {
        QUEUED = 0,
        CONNECTING = 1,
        TRANSFERRING = 2,
        SUSPENDED = 3,
        ERROR = 4,
        TRANSIENT_ERROR = 5,
        TRANSFERRED = 6,
        ACKNOWLEDGED = 7,
        CANCELLED = 8
    }

    /// <summary>Delivery Optimization has downloads only.</summary>
    public enum BG_JOB_TYPE
    {
        DOWNLOAD = 0,
        UPLOAD = 1,
        UPLOAD_REPLY = 2
    }

    public enum BG_JOB_PROXY_USAGE
    {
        PRECONFIG = 0,
        NO_PROXY = 1,
        OVERRIDE = 2,
        AUTODETECT = 3
    }

    /// <summary>Who asks for a name and a password.</summary>
    public enum BG_AUTH_TARGET
    {
        SERVER = 1,
        PROXY = 2
    }

    public enum BG_AUTH_SCHEME
    {
        BASIC = 1,
        DIGEST = 2,
        NTLM = 3,
        NEGOTIATE = 4,
        PASSPORT = 5
    }

    public enum BG_CERT_STORE_LOCATION
    {
        CURRENT_USER = 0,
        LOCAL_MACHINE = 1,
        CURRENT_SERVICE = 2,
        SERVICES = 3,
        USERS = 4,
        CURRENT_USER_GROUP_POLICY = 5,
        LOCAL_MACHINE_GROUP_POLICY = 6,
        LOCAL_MACHINE_ENTERPRISE = 7
    }

    /// <summary>Delivery Optimization knows the first two.</summary>
    public enum BITS_JOB_PROPERTY_ID
    {
        COST_FLAGS = 1,
        NOTIFICATION_CLSID = 2,
        DYNAMIC_CONTENT = 3,
        HIGH_PERFORMANCE = 4,
        MAX_DOWNLOAD_SIZE = 5,
        USE_STORED_CREDENTIALS = 7,
        MINIMUM_NOTIFICATION_INTERVAL_MS = 9,
        ON_DEMAND_MODE = 10
    }

    public enum BITS_FILE_PROPERTY_ID
    {
        HTTP_RESPONSE_HEADERS = 1
    }

    /// <summary>What COST_FLAGS may hold.</summary>
    public enum BITS_JOB_TRANSFER_POLICY : uint
    {
        ALWAYS = 0x800000FF,
        NOT_ROAMING = 0x8000007F,
        NO_SURCHARGE = 0x8000006F,
        STANDARD = 0x80000067,
        UNRESTRICTED = 0x80000021
    }

    /// <summary>IBackgroundCopyJob.SetNotifyFlags: which news the client wants.</summary>
    [Flags]
    public enum BG_NOTIFY : uint
    {
        JOB_TRANSFERRED = 0x0001,
        JOB_ERROR = 0x0002,
        DISABLE = 0x0004,
        JOB_MODIFICATION = 0x0008,
        FILE_TRANSFERRED = 0x0010,
        FILE_RANGES_TRANSFERRED = 0x0020
    }

    public enum DOJobPropertyId
    {
        ExtendedErrorInfo = 0 // string, read only
    }

    public enum DOFilePropertyId
    {
        DecryptionInfo = 0,           // string, JSON, write only
        IntegrityCheckInfo = 1,       // string, JSON, write only
        IntegrityCheckMandatory = 2,  // bool
        DownloadSinkInterface = 3,    // an UnknownWrapper of an IStream
        DownloadSinkFilePath = 4,     // string
        DownloadSinkMemoryStream = 5, // no longer supported
        TotalSizeBytes = 6            // ulong
    }

    /// <summary>Where bytes may come from.</summary>
    public enum DownloadMode
    {
        CdnOnly = 0,
        Lan = 1,
        Group = 2,
        Internet = 3,
        Simple = 99,
        Bypass = 100
    }

    public enum SwarmStatus
    {
        Downloading = 0,
        Complete = 1,
        Caching = 2,
        Paused = 3
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_FILE_INFO
    {
        [MarshalAs(UnmanagedType.LPWStr)] public string RemoteName;
        [MarshalAs(UnmanagedType.LPWStr)] public string LocalName;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_FILE_PROGRESS
    {
        /// <summary><see cref="JobExtensions.SizeUnknown"/> until it is known.</summary>
        public ulong BytesTotal;

        public ulong BytesTransferred;

        /// <summary>Whether the file has its name: not before Complete.</summary>
        [MarshalAs(UnmanagedType.Bool)] public bool Completed;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_FILE_RANGE
    {
        public ulong InitialOffset;

        /// <summary>May be <see cref="DownloadRanges.ToEnd"/>.</summary>
        public ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_JOB_PROGRESS
    {
        /// <summary>
        /// <see cref="JobExtensions.SizeUnknown"/> while the size of any file is.
        /// </summary>
        public ulong BytesTotal;

        public ulong BytesTransferred;
        public uint FilesTotal;
        public uint FilesTransferred;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_JOB_REPLY_PROGRESS
    {
        public ulong BytesTotal;
        public ulong BytesTransferred;
    }

    /// <summary>
    /// For DateTime.FromFileTimeUtc. The last is 0 until the job is transferred.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BG_JOB_TIMES
    {
        public long CreationTime;
        public long ModificationTime;
        public long TransferCompletionTime;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_BASIC_CREDENTIALS
    {
        [MarshalAs(UnmanagedType.LPWStr)] public string UserName;
        [MarshalAs(UnmanagedType.LPWStr)] public string Password;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BG_AUTH_CREDENTIALS
    {
        public BG_AUTH_TARGET Target;
        public BG_AUTH_SCHEME Scheme;
        public BG_BASIC_CREDENTIALS Basic;
    }

    /// <summary>A union: the property's id says which member counts.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct BITS_JOB_PROPERTY_VALUE
    {
        [FieldOffset(0)] public uint Dword;
        [FieldOffset(0)] public Guid ClsID;
        [FieldOffset(0)] public int Enable;
        [FieldOffset(0)] public ulong Uint64;
        [FieldOffset(0)] public BG_AUTH_TARGET Target;
    }

    /// <summary>Where the bytes of a file came from.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DOSwarmStats
    {
        [MarshalAs(UnmanagedType.LPWStr)] public string fileId;
        [MarshalAs(UnmanagedType.LPWStr)] public string sourceURL;
        public ulong fileSize;
        public ulong totalBytesDownloaded;
        public ulong bytesFromLanPeers;
        public ulong bytesFromGroupPeers;
        public ulong bytesFromInternetPeers;
        public ulong bytesFromHttp;
        public ulong bytesFromDoinc;
        public ulong bytesToLanPeers;
        public ulong bytesToGroupPeers;
        public ulong bytesToInternetPeers;
        public uint httpConnectionCount;
        public uint doincConnectionCount;
        public uint lanConnectionCount;
        public uint groupConnectionCount;
        public uint internetConnectionCount;

        /// <summary>In milliseconds.</summary>
        public uint downloadDuration;

        public DownloadMode downloadMode;
        public SwarmStatus status;
        [MarshalAs(UnmanagedType.Bool)] public bool isBackground;
    }

    /// <summary>One file of a job: its names and how far it has come.</summary>
    [ComImport, Guid("01B7BD23-FB88-4A77-8490-5891D3E4653A"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyFile
    {
        void GetRemoteName([MarshalAs(UnmanagedType.LPWStr)] out string name);
        void GetLocalName([MarshalAs(UnmanagedType.LPWStr)] out string name);
        void GetProgress(out BG_FILE_PROGRESS progress);
    }

    [ComImport, Guid("83E81B93-0873-474D-8A8C-F2018B1A939C"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyFile2
    {
        void _VtblGap1_3();

        /// <summary>
        /// 0, or 1 (S_FALSE) for a file without ranges. The array is to be freed by
        /// Marshal.FreeCoTaskMem; <see cref="JobExtensions.Ranges"/> does all that.
        /// </summary>
        [PreserveSig]
        int GetFileRanges(ref uint count, out IntPtr ranges);
        void SetRemoteName([MarshalAs(UnmanagedType.LPWStr)] string name);
    }

    [ComImport, Guid("659CDEAA-489E-11D9-A9CD-000D56965251"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyFile3
    {
        void _VtblGap1_5();
        void GetTemporaryName([MarshalAs(UnmanagedType.LPWStr)] out string name);
        void SetValidationState([MarshalAs(UnmanagedType.Bool)] bool state);
        void GetValidationState([MarshalAs(UnmanagedType.Bool)] out bool state);
        void IsDownloadedFromPeer([MarshalAs(UnmanagedType.Bool)] out bool fromPeer);
    }

    [ComImport, Guid("EF7E0655-7888-4960-B0E5-730846E03492"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyFile4
    {
        void _VtblGap1_9();
        void GetPeerDownloadStats(out ulong fromOrigin, out ulong fromPeers);
    }

    [ComImport, Guid("85C1657F-DAFC-40E8-8834-DF18EA25717E"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyFile5
    {
        void _VtblGap1_10();

        /// <summary>The value is a union by value whose only member is a text.</summary>
        void SetProperty(BITS_FILE_PROPERTY_ID id, [MarshalAs(UnmanagedType.LPWStr)] string value);
        void GetProperty(BITS_FILE_PROPERTY_ID id,
                         [MarshalAs(UnmanagedType.LPWStr)] out string value);
    }

    /// <summary>The files of a job, as they were when the list was made.</summary>
    [ComImport, Guid("CA51E165-C365-424C-8D41-24AAA4FF3C40"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IEnumBackgroundCopyFiles
    {
        /// <summary>1 (S_FALSE) when there were fewer.</summary>
        [PreserveSig]
        int Next(uint count,
                 [Out, MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.Interface,
                                 SizeParamIndex = 0)] IBackgroundCopyFile[] files,
                 out uint fetched);
        [PreserveSig]
        int Skip(uint count);
        void Reset();
        void Clone(out IEnumBackgroundCopyFiles copy);
        void GetCount(out uint count);
    }

    /// <summary>Why a job failed, and at which file.</summary>
    [ComImport, Guid("19C613A0-FCB8-4F28-81AE-897C3D078F81"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyError
    {
        void GetError(out BG_ERROR_CONTEXT context, out int code);
        void GetFile(out IBackgroundCopyFile file);
        void GetErrorDescription(uint language, [MarshalAs(UnmanagedType.LPWStr)] out string text);
        void GetErrorContextDescription(uint language,
                                        [MarshalAs(UnmanagedType.LPWStr)] out string text);
        void GetProtocol([MarshalAs(UnmanagedType.LPWStr)] out string protocol);
    }

    /// <summary>A job: files that are fetched, finished and cancelled together.</summary>
    [ComImport, Guid("37668D37-507E-4160-9316-26306D150B12"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyJob
    {
        void AddFileSet(uint count,
                        [In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 0)]
                        BG_FILE_INFO[] files);
        void AddFile([MarshalAs(UnmanagedType.LPWStr)] string remoteUrl,
                     [MarshalAs(UnmanagedType.LPWStr)] string localName);
        void EnumFiles(out IEnumBackgroundCopyFiles files);
        void Suspend();
        void Resume();

        /// <summary>
        /// 0, or a success code that says that something could not be deleted.
        /// </summary>
        [PreserveSig]
        int Cancel();

        /// <summary>
        /// Give the files their names. 0, or a success code: 0x00200017 when not all of them
        /// had been transferred. A negative number is a failure: Marshal.ThrowExceptionForHR.
        /// </summary>
        [PreserveSig]
        int Complete();
        void GetId(out Guid id);
        void GetType(out BG_JOB_TYPE type);
        void GetProgress(out BG_JOB_PROGRESS progress);
        void GetTimes(out BG_JOB_TIMES times);
        void GetState(out BG_JOB_STATE state);
        void GetError(out IBackgroundCopyError error);
        void GetOwner([MarshalAs(UnmanagedType.LPWStr)] out string owner);
        void SetDisplayName([MarshalAs(UnmanagedType.LPWStr)] string name);
        void GetDisplayName([MarshalAs(UnmanagedType.LPWStr)] out string name);
        void SetDescription([MarshalAs(UnmanagedType.LPWStr)] string text);
        void GetDescription([MarshalAs(UnmanagedType.LPWStr)] out string text);
        void SetPriority(BG_JOB_PRIORITY priority);
        void GetPriority(out BG_JOB_PRIORITY priority);
        void SetNotifyFlags(BG_NOTIFY flags);
        void GetNotifyFlags(out BG_NOTIFY flags);

        /// <summary>An IBackgroundCopyCallback, or null for none.</summary>
        void SetNotifyInterface([MarshalAs(UnmanagedType.IUnknown)] object callback);
        void GetNotifyInterface([MarshalAs(UnmanagedType.IUnknown)] out object callback);
        void SetMinimumRetryDelay(uint seconds);
        void GetMinimumRetryDelay(out uint seconds);
        void SetNoProgressTimeout(uint seconds);
        void GetNoProgressTimeout(out uint seconds);
        void GetErrorCount(out uint count);
        void SetProxySettings(BG_JOB_PROXY_USAGE usage,
                              [MarshalAs(UnmanagedType.LPWStr)] string proxies,
                              [MarshalAs(UnmanagedType.LPWStr)] string bypass);
        void GetProxySettings(out BG_JOB_PROXY_USAGE usage,
                              [MarshalAs(UnmanagedType.LPWStr)] out string proxies,
                              [MarshalAs(UnmanagedType.LPWStr)] out string bypass);
        void TakeOwnership();
    }

    [ComImport, Guid("54B50739-686F-45EB-9DFF-D6A9A0FAA9AF"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyJob2
    {
        void _VtblGap1_32();
        void SetNotifyCmdLine([MarshalAs(UnmanagedType.LPWStr)] string program,
                              [MarshalAs(UnmanagedType.LPWStr)] string parameters);
        void GetNotifyCmdLine([MarshalAs(UnmanagedType.LPWStr)] out string program,
                              [MarshalAs(UnmanagedType.LPWStr)] out string parameters);
        void GetReplyProgress(ref BG_JOB_REPLY_PROGRESS progress);
        void GetReplyData(out IntPtr data, ref ulong length);
        void SetReplyFileName([MarshalAs(UnmanagedType.LPWStr)] string name);
        void GetReplyFileName([MarshalAs(UnmanagedType.LPWStr)] out string name);
        void SetCredentials([In] ref BG_AUTH_CREDENTIALS credentials);
        void RemoveCredentials(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme);
    }

    [ComImport, Guid("443C8934-90FF-48ED-BCDE-26F5C7450042"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyJob3
    {
        void _VtblGap1_40();
        void ReplaceRemotePrefix([MarshalAs(UnmanagedType.LPWStr)] string oldPrefix,
                                 [MarshalAs(UnmanagedType.LPWStr)] string newPrefix);
        void AddFileWithRanges([MarshalAs(UnmanagedType.LPWStr)] string remoteUrl,
                               [MarshalAs(UnmanagedType.LPWStr)] string localName, uint rangeCount,
                               [In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 2)]
                               BG_FILE_RANGE[] ranges);
        void SetFileACLFlags(uint flags);
        void GetFileACLFlags(out uint flags);
    }

    [ComImport, Guid("659CDEAE-489E-11D9-A9CD-000D56965251"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyJob4
    {
        void _VtblGap1_44();
        void SetPeerCachingFlags(uint flags);
        void GetPeerCachingFlags(out uint flags);
        void GetOwnerIntegrityLevel(out uint level);
        void GetOwnerElevationState([MarshalAs(UnmanagedType.Bool)] out bool elevated);
        void SetMaximumDownloadTime(uint seconds);
        void GetMaximumDownloadTime(out uint seconds);
    }

    [ComImport, Guid("E847030C-BBBA-4657-AF6D-484AA42BF1FE"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyJob5
    {
        void _VtblGap1_50();
        void SetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value);
        void GetProperty(BITS_JOB_PROPERTY_ID id, ref BITS_JOB_PROPERTY_VALUE value);
    }

    /// <summary>What a job says to HTTP servers.</summary>
    [ComImport, Guid("F1BD1079-9F01-4BDC-8036-F09B70095066"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyJobHttpOptions
    {
        /// <summary>The hash is SHA-1: 20 bytes.</summary>
        void SetClientCertificateByID(BG_CERT_STORE_LOCATION location,
                                      [MarshalAs(UnmanagedType.LPWStr)] string store,
                                      [In, MarshalAs(UnmanagedType.LPArray, SizeConst = 20)]
                                      byte[] hash);
        void SetClientCertificateByName(BG_CERT_STORE_LOCATION location,
                                        [MarshalAs(UnmanagedType.LPWStr)] string store,
                                        [MarshalAs(UnmanagedType.LPWStr)] string subject);
        void RemoveClientCertificate();

        /// <summary>
        /// The 20 bytes of the hash are to be freed by Marshal.FreeCoTaskMem.
        /// </summary>
        void GetClientCertificate(out BG_CERT_STORE_LOCATION location,
                                  [MarshalAs(UnmanagedType.LPWStr)] out string store,
                                  out IntPtr hash,
                                  [MarshalAs(UnmanagedType.LPWStr)] out string subject);
        void SetCustomHeaders([MarshalAs(UnmanagedType.LPWStr)] string headers);
        void GetCustomHeaders([MarshalAs(UnmanagedType.LPWStr)] out string headers);
        void SetSecurityFlags(uint flags);
        void GetSecurityFlags(out uint flags);
    }

    /// <summary>The jobs a manager knows, as they were when the list was made.</summary>
    [ComImport, Guid("1AF4F612-3B71-466F-8F58-7B6F73AC57AD"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IEnumBackgroundCopyJobs
    {
        /// <summary>1 (S_FALSE) when there were fewer.</summary>
        [PreserveSig]
        int Next(uint count,
                 [Out, MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.Interface,
                                 SizeParamIndex = 0)] IBackgroundCopyJob[] jobs,
                 out uint fetched);
        [PreserveSig]
        int Skip(uint count);
        void Reset();
        void Clone(out IEnumBackgroundCopyJobs copy);
        void GetCount(out uint count);
    }

    // A client implements the three below, and .NET wants them whole for that.

    /// <summary>
    /// News of a job: implement it and hand it to IBackgroundCopyJob.SetNotifyInterface. It is
    /// called on a thread of the server. After an exception, JobTransferred and JobError are
    /// called again a few times.
    /// </summary>
    [ComImport, Guid("97EA99C7-0186-4AD4-8DF9-C5B4E0ED6B22"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyCallback
    {
        void JobTransferred(IBackgroundCopyJob job);
        void JobError(IBackgroundCopyJob job, IBackgroundCopyError error);
        void JobModification(IBackgroundCopyJob job, uint reserved);
    }

    [ComImport, Guid("659CDEAC-489E-11D9-A9CD-000D56965251"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyCallback2 : IBackgroundCopyCallback
    {
        new void JobTransferred(IBackgroundCopyJob job);
        new void JobError(IBackgroundCopyJob job, IBackgroundCopyError error);
        new void JobModification(IBackgroundCopyJob job, uint reserved);
        void FileTransferred(IBackgroundCopyJob job, IBackgroundCopyFile file);
    }

    /// <summary>Delivery Optimization never calls what this adds.</summary>
    [ComImport, Guid("98C97BD2-E32B-4AD8-A528-95FD8B16BD42"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyCallback3 : IBackgroundCopyCallback2
    {
        new void JobTransferred(IBackgroundCopyJob job);
        new void JobError(IBackgroundCopyJob job, IBackgroundCopyError error);
        new void JobModification(IBackgroundCopyJob job, uint reserved);
        new void FileTransferred(IBackgroundCopyJob job, IBackgroundCopyFile file);
        void FileRangesTransferred(IBackgroundCopyJob job, IBackgroundCopyFile file,
                                   uint rangeCount,
                                   [In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 2)]
                                   BG_FILE_RANGE[] ranges);
    }

    /// <summary>
    /// The way in: makes jobs, finds them again, and puts an error into words.
    /// </summary>
    [ComImport, Guid("5CE34C0D-0DC9-4C1F-897C-DAA1B78CEE7C"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IBackgroundCopyManager
    {
        void CreateJob([MarshalAs(UnmanagedType.LPWStr)] string displayName, BG_JOB_TYPE type,
                       out Guid id, out IBackgroundCopyJob job);
        void GetJob([In] ref Guid id, out IBackgroundCopyJob job);

        /// <summary>Flags: 0, or 1 for the jobs of every user.</summary>
        void EnumJobs(uint flags, out IEnumBackgroundCopyJobs jobs);
        void GetErrorDescription(int code, uint language,
                                 [MarshalAs(UnmanagedType.LPWStr)] out string text);
    }

    /// <summary>Answered by jobs: add a file, or parts of it.</summary>
    [ComImport, Guid("EE2584CF-A69C-4848-B633-2649962B3EF7"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDeliveryOptimizationJob
    {
        /// <summary>
        /// <paramref name="localName"/> is an absolute path. No ranges (0 and null) mean the
        /// whole file. <paramref name="fileSize"/> is the size on the server, or
        /// <see cref="JobExtensions.SizeUnknown"/>.
        /// </summary>
        void AddFileWithRanges([MarshalAs(UnmanagedType.LPWStr)] string fileId,
                               [MarshalAs(UnmanagedType.LPWStr)] string remoteUrl,
                               [MarshalAs(UnmanagedType.LPWStr)] string localName, uint rangeCount,
                               [In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 3)]
                               BG_FILE_RANGE[] ranges,
                               ulong fileSize);
    }

    /// <summary>
    /// Answered by jobs: add a file whose place is set later by its properties.
    /// </summary>
    [ComImport, Guid("18995A26-BF59-4ABE-9F8B-D5092D5A2405"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDeliveryOptimizationJob2
    {
        /// <summary><paramref name="iid"/> names any interface that files answer.</summary>
        void AddFile([MarshalAs(UnmanagedType.LPWStr)] string fileId,
                     [MarshalAs(UnmanagedType.LPWStr)] string remoteUrl, uint rangeCount,
                     [In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 2)]
                     BG_FILE_RANGE[] ranges,
                     [In] ref Guid iid,
                     [MarshalAs(UnmanagedType.IUnknown, IidParameterIndex = 4)] out object file);
        void GetProperty(DOJobPropertyId id, [MarshalAs(UnmanagedType.Struct)] out object value);
        void SetProperty(DOJobPropertyId id,
                         [In, MarshalAs(UnmanagedType.Struct)] ref object value);
    }

    /// <summary>Answered by files: where their bytes came from.</summary>
    [ComImport, Guid("B76B9699-E99E-4101-803F-A20E325D93E2"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDeliveryOptimizationFile
    {
        void GetStats(out DOSwarmStats stats);

        /// <summary>The same: some callers know it in this place.</summary>
        void GetStats2(out DOSwarmStats stats);
    }

    /// <summary>Answered by files: their properties.</summary>
    [ComImport, Guid("3A87296F-6EC2-4126-AB29-E3F8DC4CC390"),
     InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IDeliveryOptimizationFile2
    {
        void GetProperty(DOFilePropertyId id, [MarshalAs(UnmanagedType.Struct)] out object value);
        void SetProperty(DOFilePropertyId id,
                         [In, MarshalAs(UnmanagedType.Struct)] ref object value);
    }

    // ---------------------------------------------------------------------------------------
    // Comfort
    // ---------------------------------------------------------------------------------------

    /// <summary>
    /// A DO_DOWNLOAD_RANGES_INFO being built: a count, four bytes of padding, and then as many
    /// ranges as there are, which no structure of C# can say.
    /// </summary>
    public sealed class DownloadRanges
    {
        /// <summary>The length of a range that goes on to the end of the file.</summary>
        public const ulong ToEnd = ulong.MaxValue;

        private readonly List<DO_DOWNLOAD_RANGE> ranges = new List<DO_DOWNLOAD_RANGE>();

        /// <summary>Add a range. The server judges it, not this.</summary>
        public DownloadRanges Add(ulong offset, ulong length)
        {
            ranges.Add(new DO_DOWNLOAD_RANGE { Offset = offset, Length = length });
            return this;
        }

        /// <summary>Add everything from this offset on.</summary>
        public DownloadRanges AddToEnd(ulong offset)
        {
            return Add(offset, ToEnd);
        }

        public int Count
        {
            get { return ranges.Count; }
        }

        /// <summary>The block: 8 + 16 * Count bytes, written as numbers of 64 bits.</summary>
        public ulong[] ToBlock()
        {
            var block = new ulong[1 + 2 * ranges.Count];

            block[0] = (uint)ranges.Count; // the low half; the high one is the padding
            for (int i = 0; i < ranges.Count; i++)
            {
                block[1 + 2 * i] = ranges[i].Offset;
                block[2 + 2 * i] = ranges[i].Length;
            }
            return block;
        }
    }

    /// <summary>Short forms for the newer model.</summary>
    public static class DownloadExtensions
    {
        private static readonly object[] None = new object[0];

        /// <summary>Start with these ranges; null means the whole file, or going on.</summary>
        public static void Start(this IDODownload download, DownloadRanges ranges)
        {
            if (ranges == null)
            {
                download.Start(IntPtr.Zero);
                return;
            }
            // The server copies the block during the call.
            GCHandle block = GCHandle.Alloc(ranges.ToBlock(), GCHandleType.Pinned);
            try
            {
                download.Start(block.AddrOfPinnedObject());
            }
            finally
            {
                block.Free();
            }
        }

        /// <summary>Start the whole file, or go on.</summary>
        public static void Start(this IDODownload download)
        {
            download.Start(IntPtr.Zero);
        }

        public static DO_DOWNLOAD_STATUS Status(this IDODownload download)
        {
            download.GetStatus(out DO_DOWNLOAD_STATUS status);
            return status;
        }

        /// <summary>A property's value, of the type that DODownloadProperty tells.</summary>
        public static T Get<T>(this IDODownload download, DODownloadProperty id)
        {
            download.GetProperty(id, out object value);
            return (T)value;
        }

        /// <summary>
        /// Set a property. The value must have the type that DODownloadProperty tells.
        /// </summary>
        public static void Set(this IDODownload download, DODownloadProperty id, object value)
        {
            download.SetProperty(id, ref value);
        }

        /// <summary>Who hears news of the download from now on; null for nobody.</summary>
        public static void SetCallback(this IDODownload download,
                                       IDODownloadStatusCallback callback)
        {
            // The wrapper makes it VT_UNKNOWN. Bare, it would travel as VT_DISPATCH and be refused.
            download.Set(DODownloadProperty.CallbackInterface,
                         callback == null ? null : new UnknownWrapper(callback));
        }

        /// <summary>Where the bytes go instead of a file; null for nowhere.</summary>
        public static void SetStream(this IDODownload download, IStream stream)
        {
            download.Set(DODownloadProperty.StreamInterface,
                         stream == null ? null : new UnknownWrapper(stream));
        }

        /// <summary>
        /// All downloads, or those whose property has this value. There may be none.
        /// </summary>
        public static IEnumerable<IDODownload> Downloads(this IDOManager manager,
                                                         DO_DOWNLOAD_ENUM_CATEGORY category = null)
        {
            IEnumUnknown list;

            try
            {
                manager.EnumDownloads(category, out list);
            }
            catch (COMException error) when (error.HResult == DOError.DO_E_NO_DOWNLOADS)
            {
                yield break;
            }
            var element = new object[1];
            while (list.Next(1, element, out uint fetched) == 0 && fetched == 1)
            {
                yield return (IDODownload)element[0];
            }
        }
    }

    /// <summary>Short forms for the older model.</summary>
    public static class JobExtensions
    {
        /// <summary>DO_UNKNOWN_FILE_SIZE and BG_SIZE_UNKNOWN.</summary>
        public const ulong SizeUnknown = ulong.MaxValue;

        /// <summary>Add a file, or these ranges of it.</summary>
        public static void AddFileWithRanges(this IBackgroundCopyJob job, string fileId, string url,
                                             string path, params BG_FILE_RANGE[] ranges)
        {
            ((IDeliveryOptimizationJob)job).AddFileWithRanges(
                fileId, url, path, (uint)(ranges == null ? 0 : ranges.Length), ranges,
                SizeUnknown);
        }

        public static BG_JOB_STATE State(this IBackgroundCopyJob job)
        {
            job.GetState(out BG_JOB_STATE state);
            return state;
        }

        public static IEnumerable<IBackgroundCopyFile> Files(this IBackgroundCopyJob job)
        {
            job.EnumFiles(out IEnumBackgroundCopyFiles list);
            var file = new IBackgroundCopyFile[1];
            while (list.Next(1, file, out uint fetched) == 0 && fetched == 1)
            {
                yield return file[0];
            }
        }

        public static IEnumerable<IBackgroundCopyJob> Jobs(this IBackgroundCopyManager manager)
        {
            manager.EnumJobs(0, out IEnumBackgroundCopyJobs list);
            var job = new IBackgroundCopyJob[1];
            while (list.Next(1, job, out uint fetched) == 0 && fetched == 1)
            {
                yield return job[0];
            }
        }

        /// <summary>The ranges asked for, as they were given; none for a whole file.</summary>
        public static BG_FILE_RANGE[] Ranges(this IBackgroundCopyFile file)
        {
            uint count = 0;
            int result = ((IBackgroundCopyFile2)file).GetFileRanges(ref count, out IntPtr block);

            Marshal.ThrowExceptionForHR(result);
            var ranges = new BG_FILE_RANGE[count];
            try
            {
                for (int i = 0; i < ranges.Length; i++)
                {
                    ranges[i].InitialOffset = (ulong)Marshal.ReadInt64(block, 16 * i);
                    ranges[i].Length = (ulong)Marshal.ReadInt64(block, 16 * i + 8);
                }
            }
            finally
            {
                Marshal.FreeCoTaskMem(block);
            }
            return ranges;
        }
    }

    /// <summary>
    /// An IStream over a Stream, for StreamInterface and DownloadSinkInterface. The server only
    /// writes, in order and one call at a time, on a thread of its own. An exception of the
    /// stream becomes the download's error. Override Write to see the bytes pass.
    /// </summary>
    [ComVisible(true), ClassInterface(ClassInterfaceType.None)]
    public class ComStream : IStream
    {
        private readonly Stream target;

        /// <summary>
        /// The stream stays the caller's: it is neither flushed nor closed here.
        /// </summary>
        public ComStream(Stream target)
        {
            this.target = target;
        }

        public virtual void Write(byte[] bytes, int count, IntPtr written)
        {
            target.Write(bytes, 0, count);
            if (written != IntPtr.Zero)
            {
                Marshal.WriteInt32(written, count); // 32 bits: what is behind is not ours
            }
        }

        void IStream.Read(byte[] bytes, int count, IntPtr read)
        {
            throw new NotImplementedException();
        }

        void IStream.Seek(long move, int origin, IntPtr position)
        {
            throw new NotImplementedException();
        }

        void IStream.SetSize(long size)
        {
            throw new NotImplementedException();
        }

        void IStream.CopyTo(IStream other, long count, IntPtr read, IntPtr written)
        {
            throw new NotImplementedException();
        }

        void IStream.Commit(int flags)
        {
            throw new NotImplementedException();
        }

        void IStream.Revert()
        {
            throw new NotImplementedException();
        }

        void IStream.LockRegion(long offset, long count, int type)
        {
            throw new NotImplementedException();
        }

        void IStream.UnlockRegion(long offset, long count, int type)
        {
            throw new NotImplementedException();
        }

        void IStream.Stat(out System.Runtime.InteropServices.ComTypes.STATSTG stat, int flags)
        {
            throw new NotImplementedException();
        }

        void IStream.Clone(out IStream copy)
        {
            throw new NotImplementedException();
        }
    }

    /// <summary>
    /// A file's name from its URL, for those who name only the folder that it is to lie in. The
    /// rules are those of the program odo and of the PowerShell module, and one table of tests holds
    /// the three together.
    /// </summary>
    public static class LocalName
    {
        private const int BytesMax = 255;
        private const int ExtensionMax = 32; // bytes; what is longer is no extension
        private const int UrlMax = 8800;

        // One character of UTF-8, escaped (RFC 3629). What is none is left as it is.
        private static readonly Regex EscapedCharacter = new Regex(
            ("%[0-7][0-9A-F]|%(?:C[2-9A-F]|D[0-9A-F])T|%E0%[AB][0-9A-F]T|%E[1-9A-CEF]TT|" +
             "%ED%[89][0-9A-F]T|%F0%[9AB][0-9A-F]TT|%F[123]TTT|%F4%8[0-9A-F]TT")
                .Replace("T", "%[89AB][0-9A-F]"),
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        // What Windows forbids, control characters, those that turn the direction of writing, and
        // halves of characters.
        private static readonly Regex Forbidden = new Regex(
            "[\\u0000-\\u001F\\u007F-\\u009F<>:\"|?*\\u061C\\u200E\\u200F\\u2028-\\u202E" +
            "\\u2066-\\u2069\\uFEFF]|[\\uD800-\\uDBFF](?![\\uDC00-\\uDFFF])|" +
            "(?<![\\uD800-\\uDBFF])[\\uDC00-\\uDFFF]", RegexOptions.CultureInvariant);

        private static readonly Regex Device = new Regex(
            "^(?:CON|PRN|AUX|NUL|CONIN\\$|CONOUT\\$|CLOCK\\$|" +
            "(?:COM|LPT)[0-9\\u00B9\\u00B2\\u00B3])\\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        private static readonly char[] BlanksAndDots =
            " .\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000"
                .ToCharArray();

        /// <summary>
        /// The name of a file that lies directly in its folder, whatever the URL is and whoever
        /// wrote it; empty when the URL has none. Of its path every escape is undone once; what is
        /// behind the last separator then is the name, in which an underscore stands in for what
        /// Windows takes for more than a name.
        /// </summary>
        public static string FromUrl(string url)
        {
            string path = url;
            int host = url.IndexOf("://", StringComparison.Ordinal);
            if (host >= 0)
            {
                int begin = url.IndexOfAny(new[] { '/', '\\', '?', '#' }, host + 3);
                path = begin < 0 ? "" : url.Substring(begin);
            }
            int end = path.IndexOfAny(new[] { '?', '#' });
            path = end < 0 ? path : path.Substring(0, end);
            if (path.Length > UrlMax)
            {
                return "";
            }

            string name = EscapedCharacter.Replace(path, match => Unescape(match.Value));
            name = name.Substring(name.LastIndexOfAny(new[] { '/', '\\' }) + 1);
            name = Forbidden.Replace(name, "_").Trim(BlanksAndDots);
            if (Device.IsMatch(name.Split('.')[0].TrimEnd(BlanksAndDots)))
            {
                name = "_" + name;
            }
            return Shorten(name);
        }

        private static string Unescape(string escaped)
        {
            var bytes = new byte[escaped.Length / 3];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Convert.ToByte(escaped.Substring(3 * i + 1, 2), 16);
            }
            return Encoding.UTF8.GetString(bytes);
        }

        private static string Shorten(string name)
        {
            if (Encoding.UTF8.GetByteCount(name) <= BytesMax)
            {
                return name;
            }
            int dot = name.LastIndexOf('.');
            string extension = dot > 0 ? name.Substring(dot) : "";
            if (Encoding.UTF8.GetByteCount(extension) > ExtensionMax)
            {
                extension = "";
            }
            string stem = name.Substring(0, name.Length - extension.Length);
            int room = BytesMax - Encoding.UTF8.GetByteCount(extension);
            while (Encoding.UTF8.GetByteCount(stem) > room)
            {
                bool isPair = char.IsLowSurrogate(stem[stem.Length - 1]);
                stem = stem.Substring(0, stem.Length - (isPair ? 2 : 1));
            }
            return (stem + extension).Trim(BlanksAndDots); // the cut may have laid bare a dot
        }
    }

    /// <summary>The errors of Delivery Optimization, for Exception.HResult.</summary>
    public static class DOError
    {
        public const int DO_E_NO_SERVICE = unchecked((int)0x80D01001);
        public const int DO_E_DOWNLOAD_NO_PROGRESS = unchecked((int)0x80D02002);
        public const int DO_E_JOB_NOT_FOUND = unchecked((int)0x80D02003);
        public const int DO_E_JOB_EMPTY = unchecked((int)0x80D02004);
        public const int DO_E_NO_DOWNLOADS = unchecked((int)0x80D02005);
        public const int DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED = unchecked((int)0x80D0200B);
        public const int DO_E_JOB_TOO_OLD = unchecked((int)0x80D0200C);
        public const int DO_E_LOCALPATH_NOT_SET = unchecked((int)0x80D0200D);
        public const int DO_E_FILE_NOT_AVAILABLE = unchecked((int)0x80D02010);
        public const int DO_E_UNKNOWN_PROPERTY_ID = unchecked((int)0x80D02011);
        public const int DO_E_READ_ONLY_PROPERTY = unchecked((int)0x80D02012);
        public const int DO_E_INVALID_STATE = unchecked((int)0x80D02013);
        public const int DO_E_ERROR_INFORMATION_UNAVAILABLE = unchecked((int)0x80D02014);
        public const int DO_E_WRITE_ONLY_PROPERTY = unchecked((int)0x80D02015);
        public const int DO_E_INTEGRITYCHECKINFO_UNSPECIFIED = unchecked((int)0x80D02016);
        public const int DO_E_INTEGRITYCHECKINFO_UNAVAILABLE = unchecked((int)0x80D02017);
        public const int DO_E_FILE_DOWNLOADSINK_UNSPECIFIED = unchecked((int)0x80D02018);
        public const int DO_E_FILE_DOWNLOADSINK_ALREADY_SET = unchecked((int)0x80D02019);
        public const int DO_E_FILE_SIZE_UNKNOWN_HTTP_200 = unchecked((int)0x80D0201A);
        public const int DO_E_FILE_ENCRYPTION_EXPECTED = unchecked((int)0x80D0201B);
        public const int DO_E_FILE_SIZE_UNKNOWN_HTTP_206 = unchecked((int)0x80D0201C);
        public const int DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX = unchecked((int)0x80D0201D);
        public const int DO_E_NETWORK_ACCESS_CONSENT_NEEDED = unchecked((int)0x80D0201E);
        public const int DO_E_DOWNLOAD_NO_URI = unchecked((int)0x80D02200);
        public const int DO_E_DOWNLOAD_NO_CONTENT_ID = unchecked((int)0x80D02201);
        public const int DO_E_INVALID_CONTENT_ID = unchecked((int)0x80D02202);
        public const int DO_E_DOWNLOAD_RANGES_UNEXPECTED = unchecked((int)0x80D02203);
        public const int DO_E_DOWNLOAD_RANGES_EXPECTED = unchecked((int)0x80D02204);
        public const int DO_E_NO_DOWNLOAD_PARTICIPATION = unchecked((int)0x80D03001);
        public const int DO_E_NO_DOWNLOAD_EXTSETTINGS = unchecked((int)0x80D03002);
        public const int DO_E_BLOCKED_BY_COST_TRANSFER_POLICY = unchecked((int)0x80D03801);
        public const int DO_E_DOWNLOADMODE_SET_BY_CP = unchecked((int)0x80D03802);
        public const int DO_E_BLOCKED_BY_CELLULAR_POLICY = unchecked((int)0x80D03803);
        public const int DO_E_BLOCKED_BY_POWER_STATE = unchecked((int)0x80D03804);
        public const int DO_E_BLOCKED_BY_NO_NETWORK = unchecked((int)0x80D03805);
        public const int DO_E_DOWNLOADMODE_SET_BY_POLICY = unchecked((int)0x80D03806);
        public const int DO_E_BLOCKED_BY_VPN_POLICY = unchecked((int)0x80D03807);
        public const int DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE = unchecked((int)0x80D03808);
        public const int DO_E_DOWNLOADMODE_SET_BY_CACHE_ABSENCE = unchecked((int)0x80D03809);
        public const int DO_E_CLOUD_SERVICES_UNREACHABLE = unchecked((int)0x80D0380A);
        public const int DO_E_DOWNLOADMODE_SET_FOR_UNREG_CALLER = unchecked((int)0x80D0380B);
        public const int DO_E_DOWNLOADMODE_SET_FOR_SIMPLE_RANGES = unchecked((int)0x80D0380C);
        public const int DO_E_UNEXPECTED_HTTP_STATUS_2XX = unchecked((int)0x80D0380D);
        public const int DO_E_HTTP_BLOCKSIZE_MISMATCH = unchecked((int)0x80D05001);
        public const int DO_E_HTTP_CERT_VALIDATION = unchecked((int)0x80D05002);
        public const int DO_E_INVALID_RANGE = unchecked((int)0x80D05010);
        public const int DO_E_INSUFFICIENT_RANGE_SUPPORT = unchecked((int)0x80D05011);
        public const int DO_E_OVERLAPPING_RANGES = unchecked((int)0x80D05012);
        public const int DO_E_UPLOADING_BAD_PIECES = unchecked((int)0x80D06800);
        public const int DO_E_FATAL_CORE_ERROR = unchecked((int)0x80D06802);
        public const int DO_E_SERVICES_RESPONSE_EMPTY = unchecked((int)0x80D06803);
        public const int DO_E_BAD_INCOMING_DATA = unchecked((int)0x80D06804);
        public const int DO_E_BAD_PIECE_HASH = unchecked((int)0x80D06805);
        public const int DO_E_BAD_PIECE_HASH_NO_BAN = unchecked((int)0x80D06806);
        public const int DO_E_ALREADY_HAVE_PIECE = unchecked((int)0x80D06807);
        public const int DO_E_MISSING_PIECE = unchecked((int)0x80D06808);
        public const int DO_E_METAINFO_CONTENT = unchecked((int)0x80D06809);
        public const int DO_E_METAINFO_VERSION = unchecked((int)0x80D0680A);
        public const int DO_E_SWARM_NOT_RUNNING = unchecked((int)0x80D0680B);
        public const int DO_E_UNRECOGNIZED_CONN = unchecked((int)0x80D0680C);
        public const int DO_E_PEER_BANNED = unchecked((int)0x80D0680D);
        public const int DO_E_CONNECT_TO_SELF = unchecked((int)0x80D0680E);
        public const int DO_E_ALREADY_CONNECTED = unchecked((int)0x80D0680F);
        public const int DO_E_NO_MORE_CONNECTIONS = unchecked((int)0x80D06810);
        public const int DO_E_LOST_CONNECTION = unchecked((int)0x80D06811);
        public const int DO_E_UNRECOGNIZED_SWARM = unchecked((int)0x80D06812);
        public const int DO_E_INVALID_HANDSHAKE_LEN = unchecked((int)0x80D06813);
        public const int DO_E_SOCKET_CLOSED = unchecked((int)0x80D06814);
        public const int DO_E_PEER_MSG_TOO_LONG = unchecked((int)0x80D06815);
        public const int DO_E_INVALID_PEER_MSG = unchecked((int)0x80D06816);
        public const int DO_E_PEER_IS_UPLOAD = unchecked((int)0x80D06817);
        public const int DO_E_PIN_FAIL_NO_PEERING = unchecked((int)0x80D06818);
        public const int DO_E_DELETE_PINNED_SWARM = unchecked((int)0x80D06819);
        public const int DO_E_METAINFO_DIGEST_MATCH = unchecked((int)0x80D0681A);
        public const int DO_E_METAINFO_HOH_MATCH = unchecked((int)0x80D0681B);
        public const int DO_E_METAINFO_HOH_FINAL_MATCH = unchecked((int)0x80D0681C);
        public const int DO_E_METAINFO_CONTENT_LENGTH = unchecked((int)0x80D0681D);
        public const int DO_E_METAINFO_PIECE_SIZE = unchecked((int)0x80D0681E);
        public const int DO_E_METAINFO_PARSE_HOH = unchecked((int)0x80D0681F);
        public const int DO_E_METAINFO_PARSE_PIECEHASHES = unchecked((int)0x80D06820);
        public const int DO_E_METAINFO_PARSE_ONE_PIECEHASH = unchecked((int)0x80D06821);
        public const int DO_E_METAINFO_FILE_SIZE = unchecked((int)0x80D06822);
    }
}

// The interfaces of OpenDO.Interop.cs once more, as C#'s own generator of COM interop wants them
// ([GeneratedComInterface], .NET 9 or newer). It needs no built-in COM interop of .NET, so that
// programs of it can be trimmed and compiled in advance (NativeAOT). It goes with the first file and
// takes the place of its interfaces. In the project file:
//
//     <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
//     <DefineConstants>$(DefineConstants);OPENDO_GENERATED_COM</DefineConstants>
//
// What differs for a program:
//   - DOClass.Create<IDOManager>(DOClass.OpenDO) stands for (IDOManager)new OpenDOClass();
//   - a class that implements a callback or an IStream, or extends ComStream, is "partial" and has
//     [GeneratedComClass];
//   - an interface that extends another has its methods, so no cast is needed for them.

#if OPENDO_GENERATED_COM
#nullable disable

using System;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace OpenDO.Interop
{
    public static partial class DOClass
    {
        private const uint CLSCTX_INPROC_SERVER = 1;
        private const uint CLSCTX_LOCAL_SERVER = 4;

        private static readonly Guid IID_IUnknown = new Guid("00000000-0000-0000-C000-000000000046");

        [LibraryImport("ole32.dll")]
        private static partial int CoCreateInstance(in Guid clsid, IntPtr outer, uint context, in Guid iid,
                                                    out IntPtr instance);

        [LibraryImport("ole32.dll")]
        private static partial int CoIncrementMTAUsage(out IntPtr cookie);

        /// <summary>
        /// A new object of the class: in this program, or in the local server (dosvc-host.exe), a
        /// process of its own for all programs of this user. A thread that has not chosen an apartment is from now on in that
        /// of many threads, as .NET's own interop has it.
        /// </summary>
        public static unsafe T Create<T>(string classId, bool inLocalServer = false)
            where T : class
        {
            Marshal.ThrowExceptionForHR(MTA.Value);
            var clsid = new Guid(classId);
            int result = CoCreateInstance(in clsid, IntPtr.Zero,
                                          inLocalServer ? CLSCTX_LOCAL_SERVER : CLSCTX_INPROC_SERVER,
                                          in IID_IUnknown, out IntPtr instance);
            if (result < 0)
            {
                throw DOError.ToException(result);
            }
            try
            {
                return (T)ComInterfaceMarshaller<object>.ConvertToManaged((void*)instance);
            }
            finally
            {
                Marshal.Release(instance);
            }
        }

        // Once, and until the process ends.
        private static readonly Lazy<int> MTA = new Lazy<int>(() => CoIncrementMTAUsage(out _));
    }

    // ---------------------------------------------------------------------------------------
    // Structures with texts or truth values, which have another form in memory
    // ---------------------------------------------------------------------------------------

    [NativeMarshalling(typeof(CategoryMarshaller))]
    public sealed partial class DO_DOWNLOAD_ENUM_CATEGORY
    {
    }

    /// <summary>A pointer to the structure, which may be null.</summary>
    [CustomMarshaller(typeof(DO_DOWNLOAD_ENUM_CATEGORY), MarshalMode.ManagedToUnmanagedIn, typeof(CategoryMarshaller))]
    internal static unsafe class CategoryMarshaller
    {
        internal struct Native
        {
            public DODownloadProperty Property;
            public IntPtr Value;
        }

        public static Native* ConvertToUnmanaged(DO_DOWNLOAD_ENUM_CATEGORY category)
        {
            if (category == null)
            {
                return null;
            }
            var native = (Native*)Marshal.AllocCoTaskMem(sizeof(Native));
            native->Property = category.Property;
            native->Value = Marshal.StringToCoTaskMemUni(category.Value);
            return native;
        }

        public static void Free(Native* native)
        {
            if (native != null)
            {
                Marshal.FreeCoTaskMem(native->Value);
                Marshal.FreeCoTaskMem((IntPtr)native);
            }
        }
    }

    [NativeMarshalling(typeof(FileInfoMarshaller))]
    public partial struct BG_FILE_INFO
    {
    }

    [CustomMarshaller(typeof(BG_FILE_INFO), MarshalMode.ElementIn, typeof(FileInfoMarshaller))]
    internal static class FileInfoMarshaller
    {
        internal struct Native
        {
            public IntPtr RemoteName;
            public IntPtr LocalName;
        }

        public static Native ConvertToUnmanaged(BG_FILE_INFO file)
        {
            return new Native
            {
                RemoteName = Marshal.StringToCoTaskMemUni(file.RemoteName),
                LocalName = Marshal.StringToCoTaskMemUni(file.LocalName)
            };
        }

        public static void Free(Native native)
        {
            Marshal.FreeCoTaskMem(native.RemoteName);
            Marshal.FreeCoTaskMem(native.LocalName);
        }
    }

    [NativeMarshalling(typeof(FileProgressMarshaller))]
    public partial struct BG_FILE_PROGRESS
    {
    }

    [CustomMarshaller(typeof(BG_FILE_PROGRESS), MarshalMode.ManagedToUnmanagedOut, typeof(FileProgressMarshaller))]
    internal static class FileProgressMarshaller
    {
        internal struct Native
        {
            public ulong BytesTotal;
            public ulong BytesTransferred;
            public int Completed;
        }

        public static BG_FILE_PROGRESS ConvertToManaged(Native native)
        {
            return new BG_FILE_PROGRESS
            {
                BytesTotal = native.BytesTotal,
                BytesTransferred = native.BytesTransferred,
                Completed = native.Completed != 0
            };
        }
    }

    [NativeMarshalling(typeof(CredentialsMarshaller))]
    public partial struct BG_AUTH_CREDENTIALS
    {
    }

    /// <summary>They go by reference, and come back as they were.</summary>
    [CustomMarshaller(typeof(BG_AUTH_CREDENTIALS), MarshalMode.ManagedToUnmanagedRef, typeof(Reference))]
    internal static class CredentialsMarshaller
    {
        internal struct Native
        {
            public BG_AUTH_TARGET Target;
            public BG_AUTH_SCHEME Scheme;
            public IntPtr UserName;
            public IntPtr Password;
        }

        internal struct Reference
        {
            private BG_AUTH_CREDENTIALS own;
            private Native native;

            public void FromManaged(BG_AUTH_CREDENTIALS credentials)
            {
                own = credentials;
                native = new Native
                {
                    Target = credentials.Target,
                    Scheme = credentials.Scheme,
                    UserName = Marshal.StringToCoTaskMemUni(credentials.Basic.UserName),
                    Password = Marshal.StringToCoTaskMemUni(credentials.Basic.Password)
                };
            }

            public readonly Native ToUnmanaged()
            {
                return native;
            }

            public readonly void FromUnmanaged(Native same)
            {
            }

            public readonly BG_AUTH_CREDENTIALS ToManaged()
            {
                return own;
            }

            public readonly void Free()
            {
                Marshal.ZeroFreeCoTaskMemUnicode(native.UserName);
                Marshal.ZeroFreeCoTaskMemUnicode(native.Password);
            }
        }
    }

    [NativeMarshalling(typeof(SwarmStatsMarshaller))]
    public partial struct DOSwarmStats
    {
    }

    [CustomMarshaller(typeof(DOSwarmStats), MarshalMode.ManagedToUnmanagedOut, typeof(SwarmStatsMarshaller))]
    internal static class SwarmStatsMarshaller
    {
        internal struct Native
        {
            public IntPtr fileId;
            public IntPtr sourceURL;
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
            public uint downloadDuration;
            public DownloadMode downloadMode;
            public SwarmStatus status;
            public int isBackground;
        }

        public static DOSwarmStats ConvertToManaged(Native native)
        {
            return new DOSwarmStats
            {
                fileId = Marshal.PtrToStringUni(native.fileId),
                sourceURL = Marshal.PtrToStringUni(native.sourceURL),
                fileSize = native.fileSize,
                totalBytesDownloaded = native.totalBytesDownloaded,
                bytesFromLanPeers = native.bytesFromLanPeers,
                bytesFromGroupPeers = native.bytesFromGroupPeers,
                bytesFromInternetPeers = native.bytesFromInternetPeers,
                bytesFromHttp = native.bytesFromHttp,
                bytesFromDoinc = native.bytesFromDoinc,
                bytesToLanPeers = native.bytesToLanPeers,
                bytesToGroupPeers = native.bytesToGroupPeers,
                bytesToInternetPeers = native.bytesToInternetPeers,
                httpConnectionCount = native.httpConnectionCount,
                doincConnectionCount = native.doincConnectionCount,
                lanConnectionCount = native.lanConnectionCount,
                groupConnectionCount = native.groupConnectionCount,
                internetConnectionCount = native.internetConnectionCount,
                downloadDuration = native.downloadDuration,
                downloadMode = native.downloadMode,
                status = native.status,
                isBackground = native.isBackground != 0
            };
        }

        public static void Free(Native native)
        {
            Marshal.FreeCoTaskMem(native.fileId);
            Marshal.FreeCoTaskMem(native.sourceURL);
        }
    }

    /// <summary>
    /// An object as VARIANT, as .NET's own marshaller has it; and bytes, which that leaves out. What is
    /// set goes by reference, and comes back as it was.
    /// </summary>
    [CustomMarshaller(typeof(object), MarshalMode.ManagedToUnmanagedOut, typeof(VariantMarshaller))]
    [CustomMarshaller(typeof(object), MarshalMode.ManagedToUnmanagedRef, typeof(Reference))]
    internal static unsafe partial class VariantMarshaller
    {
        /// <summary>As large as a VARIANT; a ComVariant would need DisableRuntimeMarshalling.</summary>
        internal struct Native
        {
            public ulong Kind;
            public IntPtr Value;
            public IntPtr More;
        }

        [LibraryImport("oleaut32.dll")]
        private static partial IntPtr SafeArrayCreateVector(ushort kind, int first, uint count);

        [LibraryImport("oleaut32.dll")]
        private static partial int SafeArrayAccessData(IntPtr array, out IntPtr data);

        [LibraryImport("oleaut32.dll")]
        private static partial int SafeArrayUnaccessData(IntPtr array);

        [LibraryImport("oleaut32.dll")]
        private static partial int VariantClear(Native* variant);

        public static object ConvertToManaged(Native native)
        {
            return ComVariantMarshaller.ConvertToManaged(*(ComVariant*)&native);
        }

        public static void Free(Native native)
        {
            _ = VariantClear(&native);
        }

        private static Native FromBytes(byte[] bytes)
        {
            IntPtr array = SafeArrayCreateVector((ushort)VarEnum.VT_UI1, 0, (uint)bytes.Length);
            if (array == IntPtr.Zero)
            {
                throw new OutOfMemoryException();
            }
            Marshal.ThrowExceptionForHR(SafeArrayAccessData(array, out IntPtr data));
            Marshal.Copy(bytes, 0, data, bytes.Length);
            Marshal.ThrowExceptionForHR(SafeArrayUnaccessData(array));
            return new Native { Kind = (ulong)(VarEnum.VT_ARRAY | VarEnum.VT_UI1), Value = array };
        }

        internal struct Reference
        {
            private object own;
            private Native native;

            public void FromManaged(object value)
            {
                own = value;
                if (value is byte[] bytes)
                {
                    native = FromBytes(bytes);
                    return;
                }
                ComVariant variant = ComVariantMarshaller.ConvertToUnmanaged(value);
                native = *(Native*)&variant;
            }

            public readonly Native ToUnmanaged()
            {
                return native;
            }

            public readonly void FromUnmanaged(Native same)
            {
            }

            public readonly object ToManaged()
            {
                return own;
            }

            public readonly void Free()
            {
                VariantMarshaller.Free(native);
            }
        }
    }

    /// <summary>
    /// What a method of the newer model returns is 0, or it throws with the download's words. In
    /// programs of NativeAOT nobody asks the server for these (IErrorInfo), so there they come from
    /// the table.
    /// </summary>
    [CustomMarshaller(typeof(int), MarshalMode.ManagedToUnmanagedOut, typeof(ResultMarshaller))]
    internal static class ResultMarshaller
    {
        public static int ConvertToManaged(int result)
        {
            if (result >= 0)
            {
                return result;
            }
            Exception told = Marshal.GetExceptionForHR(result);
            Exception known = Marshal.GetExceptionForHR(result, new IntPtr(-1));
            throw told is COMException && told.Message == known.Message ? DOError.ToException(result) : told;
        }
    }

    // ---------------------------------------------------------------------------------------
    // The newer model: downloads
    // ---------------------------------------------------------------------------------------

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("FBBD7FC0-C147-4727-A38D-827EF071EE77")]
    public partial interface IDODownload
    {
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int Start(IntPtr ranges);
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int Pause();
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int Abort();

#pragma warning disable 465 // this Finalize is no destructor
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int Finalize();
#pragma warning restore 465
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int GetStatus(out DO_DOWNLOAD_STATUS status);
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int GetProperty(DODownloadProperty id,
                         [MarshalUsing(typeof(VariantMarshaller))] out object value);
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int SetProperty(DODownloadProperty id,
                         [MarshalUsing(typeof(VariantMarshaller))] ref object value);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16),
     Guid("D166E8E3-A90E-4392-8E87-05E996D3747D")]
    public partial interface IDODownloadStatusCallback
    {
        void OnStatusChange(IDODownload download, ref DO_DOWNLOAD_STATUS status);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("400E2D4A-1431-4C1A-A748-39CA472CFDB1")]
    public partial interface IDOManager
    {
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int CreateDownload(out IDODownload download);
        [PreserveSig]
        [return: MarshalUsing(typeof(ResultMarshaller))]
        int EnumDownloads(DO_DOWNLOAD_ENUM_CATEGORY category, out IEnumUnknown downloads);
    }

    [GeneratedComInterface(Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("00000100-0000-0000-C000-000000000046")]
    public partial interface IEnumUnknown
    {
        [PreserveSig]
        int Next(uint count,
                 [Out, MarshalUsing(CountElementName = nameof(count)),
                  MarshalUsing(typeof(ComInterfaceMarshaller<object>), ElementIndirectionDepth = 1)]
                 object[] elements,
                 out uint fetched);
        [PreserveSig]
        int Skip(uint count);
        void Reset();
        void Clone(out IEnumUnknown copy);
    }

    // ---------------------------------------------------------------------------------------
    // The older model: jobs and their files
    // ---------------------------------------------------------------------------------------

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("01B7BD23-FB88-4A77-8490-5891D3E4653A")]
    public partial interface IBackgroundCopyFile
    {
        void GetRemoteName(out string name);
        void GetLocalName(out string name);
        void GetProgress(out BG_FILE_PROGRESS progress);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("83E81B93-0873-474D-8A8C-F2018B1A939C")]
    public partial interface IBackgroundCopyFile2 : IBackgroundCopyFile
    {
        [PreserveSig]
        int GetFileRanges(ref uint count, out IntPtr ranges);
        void SetRemoteName(string name);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("659CDEAA-489E-11D9-A9CD-000D56965251")]
    public partial interface IBackgroundCopyFile3 : IBackgroundCopyFile2
    {
        void GetTemporaryName(out string name);
        void SetValidationState([MarshalAs(UnmanagedType.Bool)] bool state);
        void GetValidationState([MarshalAs(UnmanagedType.Bool)] out bool state);
        void IsDownloadedFromPeer([MarshalAs(UnmanagedType.Bool)] out bool fromPeer);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("EF7E0655-7888-4960-B0E5-730846E03492")]
    public partial interface IBackgroundCopyFile4 : IBackgroundCopyFile3
    {
        void GetPeerDownloadStats(out ulong fromOrigin, out ulong fromPeers);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("85C1657F-DAFC-40E8-8834-DF18EA25717E")]
    public partial interface IBackgroundCopyFile5 : IBackgroundCopyFile4
    {
        void SetProperty(BITS_FILE_PROPERTY_ID id, string value);
        void GetProperty(BITS_FILE_PROPERTY_ID id, out string value);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("CA51E165-C365-424C-8D41-24AAA4FF3C40")]
    public partial interface IEnumBackgroundCopyFiles
    {
        [PreserveSig]
        int Next(uint count,
                 [Out, MarshalUsing(CountElementName = nameof(count))] IBackgroundCopyFile[] files,
                 out uint fetched);
        [PreserveSig]
        int Skip(uint count);
        void Reset();
        void Clone(out IEnumBackgroundCopyFiles copy);
        void GetCount(out uint count);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("19C613A0-FCB8-4F28-81AE-897C3D078F81")]
    public partial interface IBackgroundCopyError
    {
        void GetError(out BG_ERROR_CONTEXT context, out int code);
        void GetFile(out IBackgroundCopyFile file);
        void GetErrorDescription(uint language, out string text);
        void GetErrorContextDescription(uint language, out string text);
        void GetProtocol(out string protocol);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("37668D37-507E-4160-9316-26306D150B12")]
    public partial interface IBackgroundCopyJob
    {
        void AddFileSet(uint count, [MarshalUsing(CountElementName = nameof(count))] BG_FILE_INFO[] files);
        void AddFile(string remoteUrl, string localName);
        void EnumFiles(out IEnumBackgroundCopyFiles files);
        void Suspend();
        void Resume();
        [PreserveSig]
        int Cancel();
        [PreserveSig]
        int Complete();
        void GetId(out Guid id);
        void GetType(out BG_JOB_TYPE type);
        void GetProgress(out BG_JOB_PROGRESS progress);
        void GetTimes(out BG_JOB_TIMES times);
        void GetState(out BG_JOB_STATE state);
        void GetError(out IBackgroundCopyError error);
        void GetOwner(out string owner);
        void SetDisplayName(string name);
        void GetDisplayName(out string name);
        void SetDescription(string text);
        void GetDescription(out string text);
        void SetPriority(BG_JOB_PRIORITY priority);
        void GetPriority(out BG_JOB_PRIORITY priority);
        void SetNotifyFlags(BG_NOTIFY flags);
        void GetNotifyFlags(out BG_NOTIFY flags);
        void SetNotifyInterface([MarshalUsing(typeof(ComInterfaceMarshaller<object>))] object callback);
        void GetNotifyInterface([MarshalUsing(typeof(ComInterfaceMarshaller<object>))] out object callback);
        void SetMinimumRetryDelay(uint seconds);
        void GetMinimumRetryDelay(out uint seconds);
        void SetNoProgressTimeout(uint seconds);
        void GetNoProgressTimeout(out uint seconds);
        void GetErrorCount(out uint count);
        void SetProxySettings(BG_JOB_PROXY_USAGE usage, string proxies, string bypass);
        void GetProxySettings(out BG_JOB_PROXY_USAGE usage, out string proxies, out string bypass);
        void TakeOwnership();
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("54B50739-686F-45EB-9DFF-D6A9A0FAA9AF")]
    public partial interface IBackgroundCopyJob2 : IBackgroundCopyJob
    {
        void SetNotifyCmdLine(string program, string parameters);
        void GetNotifyCmdLine(out string program, out string parameters);
        void GetReplyProgress(ref BG_JOB_REPLY_PROGRESS progress);
        void GetReplyData(out IntPtr data, ref ulong length);
        void SetReplyFileName(string name);
        void GetReplyFileName(out string name);
        void SetCredentials(ref BG_AUTH_CREDENTIALS credentials);
        void RemoveCredentials(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("443C8934-90FF-48ED-BCDE-26F5C7450042")]
    public partial interface IBackgroundCopyJob3 : IBackgroundCopyJob2
    {
        void ReplaceRemotePrefix(string oldPrefix, string newPrefix);
        void AddFileWithRanges(string remoteUrl, string localName, uint rangeCount,
                               [MarshalUsing(CountElementName = nameof(rangeCount))] BG_FILE_RANGE[] ranges);
        void SetFileACLFlags(uint flags);
        void GetFileACLFlags(out uint flags);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("659CDEAE-489E-11D9-A9CD-000D56965251")]
    public partial interface IBackgroundCopyJob4 : IBackgroundCopyJob3
    {
        void SetPeerCachingFlags(uint flags);
        void GetPeerCachingFlags(out uint flags);
        void GetOwnerIntegrityLevel(out uint level);
        void GetOwnerElevationState([MarshalAs(UnmanagedType.Bool)] out bool elevated);
        void SetMaximumDownloadTime(uint seconds);
        void GetMaximumDownloadTime(out uint seconds);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("E847030C-BBBA-4657-AF6D-484AA42BF1FE")]
    public partial interface IBackgroundCopyJob5 : IBackgroundCopyJob4
    {
        void SetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value);
        void GetProperty(BITS_JOB_PROPERTY_ID id, ref BITS_JOB_PROPERTY_VALUE value);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("F1BD1079-9F01-4BDC-8036-F09B70095066")]
    public partial interface IBackgroundCopyJobHttpOptions
    {
        void SetClientCertificateByID(BG_CERT_STORE_LOCATION location, string store,
                                      [MarshalUsing(ConstantElementCount = 20)] byte[] hash);
        void SetClientCertificateByName(BG_CERT_STORE_LOCATION location, string store, string subject);
        void RemoveClientCertificate();
        void GetClientCertificate(out BG_CERT_STORE_LOCATION location, out string store, out IntPtr hash,
                                  out string subject);
        void SetCustomHeaders(string headers);
        void GetCustomHeaders(out string headers);
        void SetSecurityFlags(uint flags);
        void GetSecurityFlags(out uint flags);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("1AF4F612-3B71-466F-8F58-7B6F73AC57AD")]
    public partial interface IEnumBackgroundCopyJobs
    {
        [PreserveSig]
        int Next(uint count,
                 [Out, MarshalUsing(CountElementName = nameof(count))] IBackgroundCopyJob[] jobs,
                 out uint fetched);
        [PreserveSig]
        int Skip(uint count);
        void Reset();
        void Clone(out IEnumBackgroundCopyJobs copy);
        void GetCount(out uint count);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16),
     Guid("97EA99C7-0186-4AD4-8DF9-C5B4E0ED6B22")]
    public partial interface IBackgroundCopyCallback
    {
        void JobTransferred(IBackgroundCopyJob job);
        void JobError(IBackgroundCopyJob job, IBackgroundCopyError error);
        void JobModification(IBackgroundCopyJob job, uint reserved);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16),
     Guid("659CDEAC-489E-11D9-A9CD-000D56965251")]
    public partial interface IBackgroundCopyCallback2 : IBackgroundCopyCallback
    {
        void FileTransferred(IBackgroundCopyJob job, IBackgroundCopyFile file);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16),
     Guid("98C97BD2-E32B-4AD8-A528-95FD8B16BD42")]
    public partial interface IBackgroundCopyCallback3 : IBackgroundCopyCallback2
    {
        void FileRangesTransferred(IBackgroundCopyJob job, IBackgroundCopyFile file, uint rangeCount,
                                   [MarshalUsing(CountElementName = nameof(rangeCount))] BG_FILE_RANGE[] ranges);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("5CE34C0D-0DC9-4C1F-897C-DAA1B78CEE7C")]
    public partial interface IBackgroundCopyManager
    {
        void CreateJob(string displayName, BG_JOB_TYPE type, out Guid id, out IBackgroundCopyJob job);
        void GetJob(ref Guid id, out IBackgroundCopyJob job);
        void EnumJobs(uint flags, out IEnumBackgroundCopyJobs jobs);
        void GetErrorDescription(int code, uint language, out string text);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("EE2584CF-A69C-4848-B633-2649962B3EF7")]
    public partial interface IDeliveryOptimizationJob
    {
        void AddFileWithRanges(string fileId, string remoteUrl, string localName, uint rangeCount,
                               [MarshalUsing(CountElementName = nameof(rangeCount))] BG_FILE_RANGE[] ranges,
                               ulong fileSize);
    }

    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16,
                           Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("18995A26-BF59-4ABE-9F8B-D5092D5A2405")]
    public partial interface IDeliveryOptimizationJob2
    {
        void AddFile(string fileId, string remoteUrl, uint rangeCount,
                     [MarshalUsing(CountElementName = nameof(rangeCount))] BG_FILE_RANGE[] ranges,
                     ref Guid iid, [MarshalUsing(typeof(ComInterfaceMarshaller<object>))] out object file);
        void GetProperty(DOJobPropertyId id, [MarshalUsing(typeof(VariantMarshaller))] out object value);
        void SetProperty(DOJobPropertyId id, [MarshalUsing(typeof(VariantMarshaller))] ref object value);
    }

    [GeneratedComInterface(Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("B76B9699-E99E-4101-803F-A20E325D93E2")]
    public partial interface IDeliveryOptimizationFile
    {
        void GetStats(out DOSwarmStats stats);
        void GetStats2(out DOSwarmStats stats);
    }

    [GeneratedComInterface(Options = ComInterfaceOptions.ComObjectWrapper),
     Guid("3A87296F-6EC2-4126-AB29-E3F8DC4CC390")]
    public partial interface IDeliveryOptimizationFile2
    {
        void GetProperty(DOFilePropertyId id, [MarshalUsing(typeof(VariantMarshaller))] out object value);
        void SetProperty(DOFilePropertyId id, [MarshalUsing(typeof(VariantMarshaller))] ref object value);
    }

    // ---------------------------------------------------------------------------------------
    // COM's own streams
    // ---------------------------------------------------------------------------------------

    /// <summary>COM's ISequentialStream.</summary>
    [GeneratedComInterface, Guid("0C733A30-2A1C-11CE-ADE5-00AA0044773D")]
    public partial interface ISequentialStream
    {
        void Read(IntPtr bytes, int count, IntPtr read);
        void Write([MarshalUsing(CountElementName = nameof(count))] byte[] bytes, int count, IntPtr written);
    }

    /// <summary>COM's IStream. The server only writes.</summary>
    [GeneratedComInterface, Guid("0000000C-0000-0000-C000-000000000046")]
    public partial interface IStream : ISequentialStream
    {
        void Seek(long move, int origin, IntPtr position);
        void SetSize(long size);
        void CopyTo(IStream other, long count, IntPtr read, IntPtr written);
        void Commit(int flags);
        void Revert();
        void LockRegion(long offset, long count, int type);
        void UnlockRegion(long offset, long count, int type);
        void Stat(IntPtr stat, int flags);
        void Clone(out IStream copy);
    }
}
#endif

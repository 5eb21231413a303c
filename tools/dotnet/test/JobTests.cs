// The older model: IBackgroundCopyManager, jobs and files.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    /// <summary>Hears of a job's end.</summary>
#if OPENDO_GENERATED_COM
    [System.Runtime.InteropServices.Marshalling.GeneratedComClass]
#else
    [ComVisible(true), ClassInterface(ClassInterfaceType.None)]
#endif
    public sealed partial class JobEvents : IBackgroundCopyCallback2
    {
        public readonly ManualResetEvent Ended = new ManualResetEvent(false);
        public readonly List<string> Files = new List<string>();
        public bool Transferred;
        public int ErrorCode;
        public BG_ERROR_CONTEXT ErrorContext;
        public string ErrorText;
        public string FailedUrl;

        public void JobTransferred(IBackgroundCopyJob job)
        {
            Transferred = job.State() == BG_JOB_STATE.TRANSFERRED;
            Ended.Set();
        }

        public void JobError(IBackgroundCopyJob job, IBackgroundCopyError error)
        {
            error.GetError(out ErrorContext, out ErrorCode);
            error.GetErrorDescription(0, out ErrorText);
            error.GetFile(out IBackgroundCopyFile file);
            file.GetRemoteName(out FailedUrl);
            Ended.Set();
        }

        public void JobModification(IBackgroundCopyJob job, uint reserved)
        {
        }

        public void FileTransferred(IBackgroundCopyJob job, IBackgroundCopyFile file)
        {
            file.GetRemoteName(out string name);
            lock (Files)
            {
                Files.Add(name);
            }
        }
    }

    public static class JobTests
    {
        private static readonly IBackgroundCopyManager manager =
            DOClass.Create<IBackgroundCopyManager>(DOClass.OpenDO);

        public static void Run()
        {
            Test("the class answers both models", BothModels);
            Test("AddFileWithRanges puts the ranges back to back in the order given", Ranges);
            Test("AddFileWithRanges without ranges fetches the whole file", WholeFile);
            Test("a file tells the ranges it was asked for", RangesTold);
            Test("a job tells of itself", JobTold);
            Test("files of a set, a callback for each, and statistics", FileSet);
            Test("a job's error comes with code, context and words", JobError);
            Test("failures are exceptions with the HRESULT", Failures);
            Test("a job's union properties go by value and back", UnionProperties);
            Test("a file added by AddFile goes into a stream of C#", StreamSink);
            Test("a stream that throws ends the job with its HRESULT", StreamThrows);
            Test("methods that Windows does not support say so in each interface", NotSupported);
            Test("HTTP options are in their places", HttpOptions);
            Test("a client certificate is found by its hash and by its subject, and told", ClientCertificate);
            Test("jobs are listed, found by id, and gone once cancelled", Listed);
        }

        private static IBackgroundCopyJob NewJob(out JobEvents events)
        {
            manager.CreateJob("from C#", BG_JOB_TYPE.DOWNLOAD, out Guid id,
                              out IBackgroundCopyJob job);
            events = new JobEvents();
            job.SetNotifyInterface(events);
            job.SetNotifyFlags(BG_NOTIFY.JOB_TRANSFERRED | BG_NOTIFY.JOB_ERROR |
                               BG_NOTIFY.FILE_TRANSFERRED);
            return job;
        }

        private static void Finish(IBackgroundCopyJob job, JobEvents events)
        {
            job.Resume();
            Await(events.Ended, "the job ends");
            Check(events.Transferred, "the job is transferred, error " +
                                      events.ErrorCode.ToString("X8"));
            Equal(0, job.Complete(), "Complete");
            Equal(BG_JOB_STATE.ACKNOWLEDGED, job.State(), "state");
        }

        private static BG_FILE_RANGE Range(ulong offset, ulong length)
        {
            return new BG_FILE_RANGE { InitialOffset = offset, Length = length };
        }

        private static void BothModels()
        {
            Check(manager is IDOManager, "it answers IDOManager");
            Check(DOClass.Create<IBackgroundCopyManager>(DOClass.DeliveryOptimization) != null,
                  "Windows' class is there where nobody else has it");
        }

        private static void Ranges()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);
            string path = FreshPath();
            BG_FILE_RANGE[] ranges =
            {
                Range(900000, 100), Range(0, 1), Range(999000, DownloadRanges.ToEnd),
                Range(100, 5000)
            };

            ((IDeliveryOptimizationJob)job).AddFileWithRanges(
                "file 1", Url("file"), path, (uint)ranges.Length, ranges, (ulong)ContentLength);
            Finish(job, events);
            EqualBytes(Join(Content(900000, 100), Content(0, 1), Content(999000, 1000),
                            Content(100, 5000)), File.ReadAllBytes(path));
        }

        private static void WholeFile()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);
            string path = FreshPath();

            job.AddFileWithRanges("file 1", Url("file"), path);
            Finish(job, events);
            EqualBytes(Content(0, ContentLength), File.ReadAllBytes(path));
        }

        private static void RangesTold()
        {
            IBackgroundCopyJob job = NewJob(out _);

            job.AddFileWithRanges("1", Url("file"), FreshPath(), Range(70, 7), Range(5, 50));
            job.AddFileWithRanges("2", Url("small"), FreshPath());
            BG_FILE_RANGE[][] told = job.Files().Select(file => file.Ranges()).ToArray();
            Equal(2, told.Length, "number of files");
            Equal("70+7 5+50", string.Join(" ", told[0].Select(
                range => range.InitialOffset + "+" + range.Length)), "ranges of the first");
            Equal(0, told[1].Length, "ranges of the second");

            uint count = 9;
            int result = ((IBackgroundCopyFile2)job.Files().Last()).GetFileRanges(
                ref count, out IntPtr block);
            Equal("1 0 0", result + " " + count + " " + block, "S_FALSE, no ranges, no block");
            Equal(0, job.Cancel(), "Cancel");
        }

        private static void JobTold()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);
            string path = FreshPath();

            job.SetDisplayName("Grüße, 世界");
            job.GetDisplayName(out string name);
            Equal("Grüße, 世界", name, "display name");
            job.SetDescription("words");
            job.GetDescription(out string description);
            Equal("words", description, "description");
            job.SetPriority(BG_JOB_PRIORITY.FOREGROUND);
            job.GetPriority(out BG_JOB_PRIORITY priority);
            Equal(BG_JOB_PRIORITY.FOREGROUND, priority, "priority");
            job.SetNoProgressTimeout(1234);
            job.GetNoProgressTimeout(out uint seconds);
            Equal(1234u, seconds, "no-progress time-out");
            job.GetNotifyInterface(out object callback);
            Check(ReferenceEquals(callback, events), "the callback comes back as itself");
            job.GetOwner(out string owner);
            Check(owner.StartsWith("S-1-", StringComparison.Ordinal), "the owner is a SID");
            job.GetType(out BG_JOB_TYPE type);
            Equal(BG_JOB_TYPE.DOWNLOAD, type, "type");
            job.GetProgress(out BG_JOB_PROGRESS progress);
            Equal("0 0 0 0", progress.BytesTotal + " " + progress.BytesTransferred + " " +
                  progress.FilesTotal + " " + progress.FilesTransferred, "progress of no files");

            job.AddFile(Url("file"), path);
            job.GetProgress(out progress);
            Equal(JobExtensions.SizeUnknown, progress.BytesTotal, "a size not known yet");
            IBackgroundCopyFile file = job.Files().Single();
            file.GetLocalName(out name);
            Equal(path, name, "local name");
            file.GetProgress(out BG_FILE_PROGRESS before);
            Equal("False 0", before.Completed + " " + before.BytesTransferred, "a file not begun");

            job.GetTimes(out BG_JOB_TIMES times);
            TimeSpan age = DateTime.UtcNow - DateTime.FromFileTimeUtc(times.CreationTime);
            Check(age > TimeSpan.FromMinutes(-1) && age < TimeSpan.FromMinutes(5),
                  "it was created just now");
            Equal(0L, times.TransferCompletionTime, "completion time before the end");

            Finish(job, events);
            job.GetTimes(out times);
            Check(times.TransferCompletionTime >= times.CreationTime, "it was transferred later");
            file.GetProgress(out BG_FILE_PROGRESS after);
            Equal("True " + ContentLength, after.Completed + " " + after.BytesTransferred,
                  "a completed file");
        }

        private static void FileSet()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);
            BG_FILE_INFO[] files =
            {
                new BG_FILE_INFO { RemoteName = Url("small"), LocalName = FreshPath() },
                new BG_FILE_INFO { RemoteName = Url("file"), LocalName = FreshPath() }
            };

            job.AddFileSet((uint)files.Length, files);
            Finish(job, events);
            lock (events.Files)
            {
                Equal(string.Join(" ", Url("file"), Url("small")),
                      string.Join(" ", events.Files.OrderBy(name => name)), "files told of");
            }
            EqualBytes(Content(0, ContentLength), File.ReadAllBytes(files[1].LocalName));

            var file = (IDeliveryOptimizationFile)job.Files().Last();
            file.GetStats(out DOSwarmStats stats);
            Equal(Url("file"), stats.sourceURL, "source");
            Equal((ulong)ContentLength, stats.bytesFromHttp, "bytes by HTTP");
            Equal((ulong)ContentLength, stats.fileSize, "size");
            file.GetStats2(out DOSwarmStats again);
            Equal(stats.fileSize, again.fileSize, "size by the other slot");
            ((IBackgroundCopyFile4)file).GetPeerDownloadStats(out ulong origin, out ulong peers);
            Equal(ContentLength + " 0", origin + " " + peers, "bytes from origin and peers");
            ((IBackgroundCopyFile5)file).GetProperty(BITS_FILE_PROPERTY_ID.HTTP_RESPONSE_HEADERS,
                                                     out string headers);
            Check(headers.Contains("ETag"), "the response's headers are there");
            ((IBackgroundCopyFile3)file).IsDownloadedFromPeer(out bool fromPeer);
            Check(!fromPeer, "not from a peer");
        }

        private static void JobError()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);

            job.AddFile(Url("forbidden"), FreshPath());
            job.Resume();
            Await(events.Ended, "the job ends");
            Equal(BG_JOB_STATE.ERROR, job.State(), "state");
            Equal("80190193", events.ErrorCode.ToString("X8"), "code");
            Equal(BG_ERROR_CONTEXT.REMOTE_FILE, events.ErrorContext, "context");
            Check(events.ErrorText.Length > 0, "there are words");
            Equal(Url("forbidden"), events.FailedUrl, "the file that failed");

            job.GetError(out IBackgroundCopyError error);
            error.GetProtocol(out string protocol);
            Equal("http", protocol, "protocol");
            ((IDeliveryOptimizationJob2)job).GetProperty(DOJobPropertyId.ExtendedErrorInfo,
                                                         out object extended);
            Check(((string)extended).Length > 0, "extended information is a text");
            Equal(0, job.Cancel(), "Cancel");
        }

        private static void Failures()
        {
            IBackgroundCopyJob job = NewJob(out _);

            Throws(DOError.DO_E_JOB_EMPTY, job.Resume);
            Throws(DOError.DO_E_ERROR_INFORMATION_UNAVAILABLE,
                   () => job.GetError(out IBackgroundCopyError none));
            Throws(DOError.DO_E_OVERLAPPING_RANGES,
                   () => job.AddFileWithRanges("1", Url("file"), FreshPath(), Range(0, 10),
                                               Range(9, 1)));
            Throws(DOError.DO_E_INVALID_RANGE,
                   () => job.AddFileWithRanges("1", Url("file"), FreshPath(), Range(5, 0)));
            Throws<ArgumentException>(0x80070057, () => job.AddFile("ftp://a/b", FreshPath()));
            Throws<ArgumentException>(0x80070057, () => job.AddFile(null, FreshPath()));
            Throws<DirectoryNotFoundException>(
                0x80070003, () => job.AddFile(Url("file"), FreshPath() + @"\nowhere\file"));
            Guid unknown = Guid.NewGuid();
            Throws(DOError.DO_E_JOB_NOT_FOUND,
                   () => manager.GetJob(ref unknown, out IBackgroundCopyJob none));
            manager.GetErrorDescription(DOError.DO_E_OVERLAPPING_RANGES, 0, out string words);
            Check(words.Length > 0, "an error has a description");
            Equal(0, job.Cancel(), "Cancel");
            Equal(DOError.DO_E_INVALID_STATE, job.Cancel(), "Cancel again");
        }

        private static void UnionProperties()
        {
            var job = (IBackgroundCopyJob5)NewJob(out _);
            var value = new BITS_JOB_PROPERTY_VALUE();

            job.GetProperty(BITS_JOB_PROPERTY_ID.COST_FLAGS, ref value);
            Equal((uint)BITS_JOB_TRANSFER_POLICY.STANDARD, value.Dword, "default cost policy");
            value.Dword = (uint)BITS_JOB_TRANSFER_POLICY.UNRESTRICTED;
            job.SetProperty(BITS_JOB_PROPERTY_ID.COST_FLAGS, value);
            value = new BITS_JOB_PROPERTY_VALUE();
            job.GetProperty(BITS_JOB_PROPERTY_ID.COST_FLAGS, ref value);
            Equal((uint)BITS_JOB_TRANSFER_POLICY.UNRESTRICTED, value.Dword, "cost policy");

            Guid id = Guid.NewGuid(); // all 16 bytes of the union
            value.ClsID = id;
            job.SetProperty(BITS_JOB_PROPERTY_ID.NOTIFICATION_CLSID, value);
            value = new BITS_JOB_PROPERTY_VALUE();
            job.GetProperty(BITS_JOB_PROPERTY_ID.NOTIFICATION_CLSID, ref value);
            Equal(id, value.ClsID, "class to notify");
            Throws<NotImplementedException>(
                0x80004001, () => job.SetProperty(BITS_JOB_PROPERTY_ID.ON_DEMAND_MODE, value));
            Equal(0, ((IBackgroundCopyJob)job).Cancel(), "Cancel");
        }

        private static IDeliveryOptimizationFile2 AddStream(IBackgroundCopyJob job, ComStream sink,
                                                            params BG_FILE_RANGE[] ranges)
        {
            Guid iid = typeof(IDeliveryOptimizationFile2).GUID;

            ((IDeliveryOptimizationJob2)job).AddFile("1", Url("file"), (uint)ranges.Length, ranges,
                                                     ref iid, out object file);
            var properties = (IDeliveryOptimizationFile2)file;
            object value = new UnknownWrapper(sink);
            properties.SetProperty(DOFilePropertyId.DownloadSinkInterface, ref value);
            return properties;
        }

        private static void StreamSink()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);
            var bytes = new MemoryStream();
            IDeliveryOptimizationFile2 file = AddStream(job, new ComStream(bytes), Range(8000, 80),
                                                        Range(0, 8000), Range(8080, 100000));

            Finish(job, events);
            EqualBytes(Join(Content(8000, 80), Content(0, 8000), Content(8080, 100000)), bytes.ToArray());
            file.GetProperty(DOFilePropertyId.TotalSizeBytes, out object size);
            Equal((ulong)ContentLength, (ulong)size, "size, a ulong");
        }

        private static void StreamThrows()
        {
            IBackgroundCopyJob job = NewJob(out JobEvents events);

            AddStream(job, new FullStream());
            job.Resume();
            Await(events.Ended, "the job ends");
            Equal("80070070", events.ErrorCode.ToString("X8"), "code");
            Equal(0, job.Cancel(), "Cancel");
        }

        /// <summary>Also shows that the gaps put each method where it belongs.</summary>
        private static void NotSupported()
        {
            IBackgroundCopyJob job = NewJob(out _);
            var credentials = new BG_AUTH_CREDENTIALS
            {
                Target = BG_AUTH_TARGET.SERVER,
                Scheme = BG_AUTH_SCHEME.BASIC,
                Basic = new BG_BASIC_CREDENTIALS { UserName = "a", Password = "b" }
            };
            var progress = new BG_JOB_REPLY_PROGRESS();
            ulong length = 0;
            var job2 = (IBackgroundCopyJob2)job;
            var job3 = (IBackgroundCopyJob3)job;
            var job4 = (IBackgroundCopyJob4)job;
            Action[] calls =
            {
                job.TakeOwnership,
                () => job.SetProxySettings(BG_JOB_PROXY_USAGE.OVERRIDE, "a", "b"),
                () => job2.SetNotifyCmdLine("a", "b"),
                () => job2.GetNotifyCmdLine(out _, out _),
                () => job2.GetReplyProgress(ref progress),
                () => job2.GetReplyData(out _, ref length),
                () => job2.SetReplyFileName("a"),
                () => job2.GetReplyFileName(out _),
                () => job2.SetCredentials(ref credentials),
                () => job2.RemoveCredentials(BG_AUTH_TARGET.SERVER, BG_AUTH_SCHEME.BASIC),
                () => job3.ReplaceRemotePrefix("a", "b"),
                () => job3.SetFileACLFlags(1),
                () => job3.GetFileACLFlags(out _),
                () => job4.SetPeerCachingFlags(1),
                () => job4.GetPeerCachingFlags(out _),
                () => job4.GetOwnerIntegrityLevel(out _),
                () => job4.GetOwnerElevationState(out _),
                () => job4.SetMaximumDownloadTime(1),
                () => job4.GetMaximumDownloadTime(out _)
            };

            foreach (Action call in calls)
            {
                Throws<NotImplementedException>(0x80004001, call);
            }
            job.GetProxySettings(out BG_JOB_PROXY_USAGE usage, out string proxies, out _);
            Equal(BG_JOB_PROXY_USAGE.PRECONFIG, usage, "proxy usage");
            Check(proxies == null, "there are no proxies");
            job3.AddFileWithRanges(Url("file"), FreshPath(), 1, new[] { Range(3, 4) });
            var file = (IBackgroundCopyFile3)job.Files().Single();
            Throws<NotImplementedException>(0x80004001, () => file.SetValidationState(true));
            Throws<NotImplementedException>(0x80004001, () => file.GetValidationState(out _));
            Throws<NotImplementedException>(
                0x80004001, () => ((IBackgroundCopyFile5)file).SetProperty(
                    BITS_FILE_PROPERTY_ID.HTTP_RESPONSE_HEADERS, "a"));
            ((IBackgroundCopyFile2)file).SetRemoteName(Url("small"));
            ((IBackgroundCopyFile)file).GetRemoteName(out string url);
            Equal(Url("small"), url, "the new remote name");
            Equal(0, job.Cancel(), "Cancel");
        }

        private static void HttpOptions()
        {
            var options = (IBackgroundCopyJobHttpOptions)NewJob(out _);

            options.SetCustomHeaders("X-A: 1\r\nX-B: 2\r\n");
            options.GetCustomHeaders(out string headers);
            Equal("X-A: 1\r\nX-B: 2\r\n", headers, "headers");
            options.SetSecurityFlags(0x808); // an unknown authority, and from https to http
            options.GetSecurityFlags(out uint flags);
            Equal(0x808u, flags, "security flags");
            Equal(0, ((IBackgroundCopyJob)options).Cancel(), "Cancel");
        }

        private const int CRYPT_E_NOT_FOUND = unchecked((int)0x80092004);
        private const string Subject = "opendo client of the tests";

        // Its own signature, and without its key: openssl req -x509 -newkey ec -subj "/CN=..."
        private const string Certificate =
            "MIIBojCCAUegAwIBAgIUI8EglVlTFZdcIijjvL48NMUlQQswCgYIKoZIzj0EAwIwJTEjMCEGA1UEAwwab3BlbmRvIGNs" +
            "aWVudCBvZiB0aGUgdGVzdHMwIBcNMjYxMTI4MDIzMzMwWhgPMjEyNjExMDQwMjMzMzBaMCUxIzAhBgNVBAMMGm9wZW5k" +
            "byBjbGllbnQgb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjkoTL+TRmjpOW1gLAtB/k8VPPz3M" +
            "gKlXEAqKdPCAT44mE0DonHCx77c8uwFonBHLSy+NR47/cL+xkT8fBuCzLqNTMFEwHQYDVR0OBBYEFMLnEsKLQ6fCcPR2" +
            "Xo2dstO7EQ7ZMB8GA1UdIwQYMBaAFMLnEsKLQ6fCcPR2Xo2dstO7EQ7ZMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0E" +
            "AwIDSQAwRgIhALzcy8PZuPrpDp6V9R9vkdGNffJW/lbm6Xz7LPVxhOTkAiEAkjzfK8pia8t9vJQRa3KJV6nVLH7eJZFR" +
            "2t3he8aWA6E=";

        private static void ClientCertificate()
        {
            var options = (IBackgroundCopyJobHttpOptions)NewJob(out _);
            X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Certificate));
            byte[] hash = certificate.GetCertHash();

            Throws(CRYPT_E_NOT_FOUND, () => options.GetClientCertificate(out _, out _, out _, out _));
            Throws(CRYPT_E_NOT_FOUND, () => options.SetClientCertificateByID(
                BG_CERT_STORE_LOCATION.CURRENT_USER, "MY", new byte[20]));
            Throws(CRYPT_E_NOT_FOUND, () => options.SetClientCertificateByName(
                BG_CERT_STORE_LOCATION.CURRENT_USER, "MY", Guid.NewGuid().ToString()));
            options.RemoveClientCertificate(); // none: that is no failure
            Forget(certificate); // that of a run that was killed
            InStore(store => store.Add(certificate));
            try
            {
                options.SetClientCertificateByID(BG_CERT_STORE_LOCATION.CURRENT_USER, "MY", hash);
                HasCertificate(options, hash);
                options.RemoveClientCertificate();
                Throws(CRYPT_E_NOT_FOUND, () => options.GetClientCertificate(out _, out _, out _, out _));
                options.SetClientCertificateByName(BG_CERT_STORE_LOCATION.CURRENT_USER, "MY", Subject);
                HasCertificate(options, hash);
            }
            finally
            {
                Forget(certificate);
            }
            Equal(0, ((IBackgroundCopyJob)options).Cancel(), "Cancel");
        }

        /// <summary>Wine 8 keeps in the registry what was taken out of a store.</summary>
        private static void Forget(X509Certificate2 certificate)
        {
            InStore(store => store.Remove(certificate));
            Microsoft.Win32.Registry.CurrentUser.DeleteSubKeyTree(
                @"Software\Microsoft\SystemCertificates\My\Certificates\" + certificate.Thumbprint, false);
        }

        /// <summary>Under Wine others see a change once the store is closed.</summary>
        private static void InStore(Action<X509Store> change)
        {
            using (var store = new X509Store(StoreName.My, StoreLocation.CurrentUser))
            {
                store.Open(OpenFlags.ReadWrite);
                change(store);
            }
        }

        private static void HasCertificate(IBackgroundCopyJobHttpOptions options, byte[] hash)
        {
            options.GetClientCertificate(out BG_CERT_STORE_LOCATION location, out string store, out IntPtr block,
                                         out string subject);
            var bytes = new byte[20];

            Marshal.Copy(block, bytes, 0, bytes.Length);
            Marshal.FreeCoTaskMem(block);
            EqualBytes(hash, bytes);
            Equal("CURRENT_USER MY", location + " " + store, "the store");
            Check(subject.Contains(Subject), "'" + subject + "' is its subject");
        }

        private static void Listed()
        {
            manager.CreateJob("listed", BG_JOB_TYPE.DOWNLOAD, out Guid id,
                              out IBackgroundCopyJob job);
            Check(manager.Jobs().Any(other => IdOf(other) == id), "it is listed");
            manager.GetJob(ref id, out IBackgroundCopyJob found);
            found.GetDisplayName(out string name);
            Equal("listed", name, "name of the job found");
            Equal(0, found.Cancel(), "Cancel");
            Equal(BG_JOB_STATE.CANCELLED, job.State(), "state of the first pointer");
            Check(manager.Jobs().All(other => IdOf(other) != id), "it is listed no more");
        }

        private static Guid IdOf(IBackgroundCopyJob job)
        {
            job.GetId(out Guid id);
            return id;
        }
    }
}

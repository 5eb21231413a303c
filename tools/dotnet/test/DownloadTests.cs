// The newer model: IDOManager and IDODownload.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    /// <summary>Remembers every status, and wakes whoever waits for one.</summary>
#if OPENDO_GENERATED_COM
    [System.Runtime.InteropServices.Marshalling.GeneratedComClass]
#else
    [ComVisible(true), ClassInterface(ClassInterfaceType.None)]
#endif
    public sealed partial class StatusLog : IDODownloadStatusCallback
    {
        private readonly object gate = new object();
        private readonly List<DO_DOWNLOAD_STATUS> log = new List<DO_DOWNLOAD_STATUS>();

        /// <summary>What to do with a download on news of it; may be null.</summary>
        public Action<IDODownload, DO_DOWNLOAD_STATUS> OnNews;

        public void OnStatusChange(IDODownload download, ref DO_DOWNLOAD_STATUS status)
        {
            DO_DOWNLOAD_STATUS copy = status;

            OnNews?.Invoke(download, copy);
            lock (gate)
            {
                log.Add(copy);
                Monitor.PulseAll(gate);
            }
        }

        public DO_DOWNLOAD_STATUS[] All
        {
            get
            {
                lock (gate)
                {
                    return log.ToArray();
                }
            }
        }

        /// <summary>The first status that is as wanted, of the past or of the future.</summary>
        public DO_DOWNLOAD_STATUS Await(Func<DO_DOWNLOAD_STATUS, bool> wanted, string what)
        {
            DateTime end = DateTime.UtcNow + Deadline;

            lock (gate)
            {
                while (!log.Any(wanted))
                {
                    TimeSpan left = end - DateTime.UtcNow;
                    Check(left > TimeSpan.Zero && Monitor.Wait(gate, left),
                          "in time: " + what + "; there came " +
                          string.Join(" ", log.Select(status => status.State + ":" +
                                                      status.Error.ToString("X"))));
                }
                return log.First(wanted);
            }
        }

        public DO_DOWNLOAD_STATUS Await(DODownloadState state)
        {
            return Await(status => status.State == state, state.ToString());
        }
    }

    /// <summary>A stream that has no room for anything.</summary>
#if OPENDO_GENERATED_COM
    [System.Runtime.InteropServices.Marshalling.GeneratedComClass]
#endif
    public sealed partial class FullStream : ComStream
    {
        public FullStream() : base(Stream.Null)
        {
        }

        public override void Write(byte[] bytes, int count, IntPtr written)
        {
            throw new IOException("no room", unchecked((int)0x80070070));
        }
    }

    public static class DownloadTests
    {
        private static readonly IDOManager manager = DOClass.Create<IDOManager>(DOClass.OpenDO);

        public static void Run()
        {
            Test("a download tells of itself before it starts", Created);
            Test("ranges to a file, and a callback of C# for each state", RangesToFile);
            Test("Start without ranges, and with an empty block, fetches the whole file", WholeFile);
            Test("ranges to a stream of C#", RangesToStream);
            Test("a stream that throws stops the download with its HRESULT", StreamThrows);
            Test("properties come back as they were set, in their types", Properties);
            Test("failures of a download are exceptions with the HRESULT", Failures);
            Test("Pause, further on with Start, and Abort", PauseAndAbort);
            Test("a callback may pause the download it hears of", PauseInCallback);
            Test("a fatal error is in the status", ErrorStatus);
            Test("downloads are listed by what they are", Listed);
            Test("blocking mode returns when all is there", Blocking);
            Test("the example of the README fetches its ranges, or says why not", Readme);
        }

        private static IDODownload NewDownload(string name, string path, out StatusLog log)
        {
            manager.CreateDownload(out IDODownload download);
            download.Set(DODownloadProperty.Uri, Url(name));
            if (path != null)
            {
                download.Set(DODownloadProperty.LocalPath, path);
            }
            log = new StatusLog();
            download.SetCallback(log);
            return download;
        }

        private static void Created()
        {
            manager.CreateDownload(out IDODownload download);
            DO_DOWNLOAD_STATUS status = download.Status();
            Equal("Created 0 0 0 0", string.Join(" ", status.State, status.BytesTotal,
                                                 status.BytesTransferred, status.Error,
                                                 status.ExtendedError), "status");
            Check(Guid.TryParse(download.Get<string>(DODownloadProperty.Id), out _),
                  "its id is a GUID");
            download.Abort();
        }

        private static void RangesToFile()
        {
            string path = FreshPath();
            IDODownload download = NewDownload("file", path, out StatusLog log);

            download.Start(new DownloadRanges().Add(900000, 100).Add(0, 1).AddToEnd(999000)
                                               .Add(100, 5000));
            log.Await(DODownloadState.Transferred);
            DO_DOWNLOAD_STATUS status = download.Status();
            Equal("Transferred 6101 6101", string.Join(" ", status.State, status.BytesTotal,
                                                       status.BytesTransferred), "status");
            Check(!File.Exists(path), "the file has no name before Finalize");
            download.Finalize();
            EqualBytes(Join(Content(900000, 100), Content(0, 1), Content(999000, 1000),
                            Content(100, 5000)), File.ReadAllBytes(path));
            log.Await(DODownloadState.Finalized);
            Check(log.All.First().State == DODownloadState.Transferring,
                  "the first news is that it transfers");
            Check(log.All.All(one => one.Error == 0), "no news has an error");
        }

        private static void WholeFile()
        {
            foreach (DownloadRanges ranges in new[] { null, new DownloadRanges() })
            {
                string path = FreshPath();
                IDODownload download = NewDownload("file", path, out StatusLog log);

                download.Start(ranges);
                log.Await(DODownloadState.Transferred);
                download.Finalize();
                EqualBytes(Content(0, ContentLength), File.ReadAllBytes(path));
            }
        }

        private static void RangesToStream()
        {
            var bytes = new MemoryStream();
            IDODownload download = NewDownload("file", null, out StatusLog log);

            download.SetStream(new ComStream(bytes));
            download.Start(new DownloadRanges().Add(0, 100).Add(200, 1000));
            log.Await(DODownloadState.Transferred);
            download.Finalize();
            EqualBytes(Join(Content(0, 100), Content(200, 1000)), bytes.ToArray());
            Equal((ulong)ContentLength, download.Get<ulong>(DODownloadProperty.TotalSizeBytes),
                  "size");
        }

        private static void StreamThrows()
        {
            IDODownload download = NewDownload("file", null, out StatusLog log);

            download.SetStream(new FullStream());
            download.Start(new DownloadRanges().Add(0, 100));
            DO_DOWNLOAD_STATUS status = log.Await(one => one.Error != 0, "an error");
            Equal("80070070", status.Error.ToString("X8"), "error");
            Equal(DODownloadState.Paused, status.State, "state");
            download.Abort();
        }

        private static void Properties()
        {
            IDODownload download = NewDownload("file", FreshPath(), out StatusLog log);

            RoundTrip(download, DODownloadProperty.DisplayName, "Grüße, 世界");
            RoundTrip(download, DODownloadProperty.ContentId, "content 1");
            RoundTrip(download, DODownloadProperty.HttpCustomHeaders, "X-A: 1\r\n");
            RoundTrip(download, DODownloadProperty.CorrelationVector, "abc.1");
            RoundTrip(download, DODownloadProperty.CostPolicy,
                      (uint)DODownloadCostPolicy.NoSurcharge);
            RoundTrip(download, DODownloadProperty.CallbackFreqPercent, 50u);
            RoundTrip(download, DODownloadProperty.NoProgressTimeoutSeconds, 60u);
            RoundTrip(download, DODownloadProperty.ForegroundPriority, true);
            RoundTrip(download, DODownloadProperty.BlockingMode, false);
            RoundTrip(download, DODownloadProperty.DisallowOnCellular, true);
            RoundTrip(download, DODownloadProperty.TotalSizeBytes, (ulong)ContentLength);
            download.Set(DODownloadProperty.SecurityFlags, 0x100u);
            Check(ReferenceEquals(download.Get<object>(DODownloadProperty.CallbackInterface), log),
                  "the callback comes back as itself");
            download.SetCallback(null);
            Throws(unchecked((int)0x80070490),
                   () => download.Get<object>(DODownloadProperty.CallbackInterface));
            download.Abort();
        }

        private static void RoundTrip<T>(IDODownload download, DODownloadProperty id, T value)
        {
            download.Set(id, value);
            Equal(value, download.Get<T>(id), id.ToString());
        }

        private static void Failures()
        {
            manager.CreateDownload(out IDODownload download);
            Throws(DOError.DO_E_DOWNLOAD_NO_URI, () => download.Start());
            Throws(unchecked((int)0x800C0002),
                   () => download.Set(DODownloadProperty.Uri, "ftp://a/b"));
            download.Set(DODownloadProperty.Uri, Url("file"));
            Throws(DOError.DO_E_FILE_DOWNLOADSINK_UNSPECIFIED, () => download.Start());
            download.Set(DODownloadProperty.LocalPath, FreshPath());
            Throws(DOError.DO_E_FILE_DOWNLOADSINK_ALREADY_SET,
                   () => download.SetStream(new ComStream(Stream.Null)));
            Throws(DOError.DO_E_OVERLAPPING_RANGES,
                   () => download.Start(new DownloadRanges().Add(0, 10).Add(9, 1)));
            Throws(DOError.DO_E_INVALID_RANGE,
                   () => download.Start(new DownloadRanges().Add(9, 0)));
            Throws(DOError.DO_E_INVALID_STATE, () => download.Finalize());
            Throws(DOError.DO_E_READ_ONLY_PROPERTY,
                   () => download.Set(DODownloadProperty.Id, "a"));
            Throws(DOError.DO_E_WRITE_ONLY_PROPERTY,
                   () => download.Get<uint>(DODownloadProperty.SecurityFlags));
            Throws(DOError.DO_E_UNKNOWN_PROPERTY_ID,
                   () => download.Get<uint>((DODownloadProperty)99));
            Throws<ArgumentException>(0x80070057, // a text is no number
                                      () => download.Set(DODownloadProperty.CostPolicy, "1"));
            Throws<ArgumentException>(0x80070057, // bare, an object is VT_DISPATCH
                                      () => download.Set(DODownloadProperty.CallbackInterface,
                                                         new NotUnknown()));
            download.Abort();
            Throws(DOError.DO_E_INVALID_STATE, () => download.Start());
        }

        /// <summary>Travels as VT_DISPATCH, and answers no callback interface either.</summary>
        [ComVisible(true)]
        public sealed class NotUnknown
        {
        }

        private static void PauseAndAbort()
        {
            Server("hold");
            string path = FreshPath();
            IDODownload download = NewDownload("slow", path, out StatusLog log);
            download.Start();
            log.Await(DODownloadState.Transferring);
            download.Pause();
            Equal(DODownloadState.Paused, download.Status().State, "state after Pause");
            log.Await(DODownloadState.Paused);
            Server("release");
            download.Start();
            log.Await(DODownloadState.Transferred);
            download.Finalize();
            EqualBytes(Content(0, ContentLength), File.ReadAllBytes(path));

            Server("hold");
            path = FreshPath();
            download = NewDownload("slow", path, out log);
            download.Start();
            log.Await(DODownloadState.Transferring);
            download.Abort();
            Equal(DODownloadState.Aborted, download.Status().State, "state after Abort");
            Check(!File.Exists(path), "no file is left");
            Server("release");
        }

        private static void PauseInCallback()
        {
            Server("hold");
            IDODownload download = NewDownload("slow", FreshPath(), out StatusLog log);
            log.OnNews = (heard, status) =>
            {
                if (status.State == DODownloadState.Transferring)
                {
                    heard.Pause();
                }
            };
            download.Start();
            log.Await(DODownloadState.Paused);
            Equal(DODownloadState.Paused, download.Status().State, "state");
            download.Abort();
            Server("release");
        }

        private static void ErrorStatus()
        {
            IDODownload download = NewDownload("missing", FreshPath(), out StatusLog log);

            download.Start();
            DO_DOWNLOAD_STATUS status = log.Await(one => one.Error != 0, "an error");
            Equal("Paused 80190194", status.State + " " + status.Error.ToString("X8"), "status");
            Equal(404u, download.Get<uint>(DODownloadProperty.HttpStatusCode), "HTTP status");
            download.Abort();
        }

        private static void Listed()
        {
            IDODownload download = NewDownload("file", FreshPath(), out _);
            string name = Guid.NewGuid().ToString();
            var byName = new DO_DOWNLOAD_ENUM_CATEGORY
            {
                Property = DODownloadProperty.DisplayName,
                Value = name
            };

            Equal(0, manager.Downloads(byName).Count(), "downloads of a name nobody has");
            download.Set(DODownloadProperty.DisplayName, name);
            IDODownload found = manager.Downloads(byName).Single();
            Equal(download.Get<string>(DODownloadProperty.Id),
                  found.Get<string>(DODownloadProperty.Id), "id");
            Check(manager.Downloads().Count() >= 1, "it is among all");
            found.Abort();
            Equal(DODownloadState.Aborted, download.Status().State, "state of the first pointer");
            Equal(0, manager.Downloads(byName).Count(), "downloads after Abort");
        }

        private static void Blocking()
        {
            string path = FreshPath();
            IDODownload download = NewDownload("file", path, out _);

            download.Set(DODownloadProperty.BlockingMode, true);
            download.Start();
            Equal(DODownloadState.Transferred, download.Status().State, "state");
            download.Finalize();
            EqualBytes(Content(0, ContentLength), File.ReadAllBytes(path));
        }

        private static void Readme()
        {
            string path = FreshPath();

            Equal(0, GetRanges.Main(new[] { Url("file"), path }), "exit code");
            EqualBytes(Join(Content(4096, 100), Content(0, 16),
                            Content(8192, ContentLength - 8192)), File.ReadAllBytes(path));
            Equal(1, GetRanges.Main(new[] { Url("missing"), FreshPath() }), "exit code");
        }
    }
}

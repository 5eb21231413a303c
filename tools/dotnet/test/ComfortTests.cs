// What OpenDO.Interop.cs adds for comfort: numbers of any type, words for failures, and waiting.

using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    public static class ComfortTests
    {
        /// <summary>Takes what is reported at once, where Progress would post it.</summary>
        private sealed class Reports : IProgress<DO_DOWNLOAD_STATUS>
        {
            private readonly List<DO_DOWNLOAD_STATUS> all = new List<DO_DOWNLOAD_STATUS>();
            public readonly ManualResetEvent SomeBytes = new ManualResetEvent(false);

            public void Report(DO_DOWNLOAD_STATUS status)
            {
                lock (all)
                {
                    all.Add(status);
                }
                if (status.BytesTransferred > 0)
                {
                    SomeBytes.Set();
                }
            }

            public int Count
            {
                get
                {
                    lock (all)
                    {
                        return all.Count;
                    }
                }
            }
        }

        private static IDODownload New(string url, string path)
        {
            DOClass.Create<IDOManager>(DOClass.OpenDO).CreateDownload(out IDODownload download);
            download.Set(DODownloadProperty.Uri, Url(url));
            download.Set(DODownloadProperty.LocalPath, path);
            return download;
        }

        public static void Run()
        {
            Test("Set takes enumerations, int and long where the property is a number", Numbers);
            Test("a number that a property cannot hold is an OverflowException", TooLarge);
            Test("failures of a download's methods have words", Words);
            Test("codes have the words of odo explain", Described);
            Test("a download is awaited, and tells its progress", Awaited);
            Test("what has arrived before is awaited at once", AwaitedLate);
            Test("an awaited download that fails throws in words", AwaitedFailure);
            Test("an awaited download that is paused or was never started throws", AwaitedHalt);
            Test("cancelling ends the waiting, and not the download", AwaitCancelled);
        }

        private static void Numbers()
        {
            IDODownload download = New("file", FreshPath());

            download.Set(DODownloadProperty.CostPolicy, DODownloadCostPolicy.NoRoaming);
            Equal(DODownloadCostPolicy.NoRoaming, download.Get<DODownloadCostPolicy>(DODownloadProperty.CostPolicy), "policy");
            download.Set(DODownloadProperty.NoProgressTimeoutSeconds, 120);
            Equal(120u, download.Get<uint>(DODownloadProperty.NoProgressTimeoutSeconds), "as uint");
            Equal(120, download.Get<int>(DODownloadProperty.NoProgressTimeoutSeconds), "as int");
            download.Set(DODownloadProperty.CallbackFreqSeconds, 3L);
            Equal(3L, download.Get<long>(DODownloadProperty.CallbackFreqSeconds), "as long");
            download.Set(DODownloadProperty.CallbackFreqPercent, (byte)7);
            Equal(7, download.Get<int>(DODownloadProperty.CallbackFreqPercent), "percent");
            download.Set(DODownloadProperty.SecurityFlags, 0x1100);
            download.Set(DODownloadProperty.TotalSizeBytes, (int)ContentLength);
            Equal((ulong)ContentLength, download.Get<ulong>(DODownloadProperty.TotalSizeBytes), "size");
            download.Set(DODownloadProperty.TotalSizeBytes, ContentLength);
            Equal(ContentLength, download.Get<long>(DODownloadProperty.TotalSizeBytes), "size as long");
            download.Abort();
        }

        private static void TooLarge()
        {
            IDODownload download = New("file", FreshPath());

            Throws<OverflowException>(0x80131516, () => download.Set(DODownloadProperty.CostPolicy, -1));
            Throws<OverflowException>(0x80131516, () => download.Set(DODownloadProperty.CallbackFreqSeconds, 1L << 32));
            Throws<OverflowException>(0x80131516, () => download.Set(DODownloadProperty.TotalSizeBytes, -1L));
            download.Abort();
        }

        /// <summary>The message that the action's exception has.</summary>
        private static string Message(int code, Action action)
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                Equal(code.ToString("X8"), error.HResult.ToString("X8"), "HRESULT");
                return error.Message;
            }
            throw new Failure("it throws nothing");
        }

        private static void Words()
        {
            IDODownload download = New("file", FreshPath());

            string message = Message(DOError.DO_E_INVALID_STATE, () => download.Finalize());
            Check(message.Contains("state"), "'" + message + "' is about the state");
            message = Message(DOError.DO_E_OVERLAPPING_RANGES,
                              () => download.Start(new DownloadRanges().Add(0, 10).Add(5, 10)));
            Check(message.ToLowerInvariant().Contains("range"), "'" + message + "' is about ranges");
            message = Message(DOError.DO_E_READ_ONLY_PROPERTY, () => download.Set(DODownloadProperty.Id, "x"));
            Check(message.Contains("read"), "'" + message + "' is about reading");
            download.Abort();
        }

        private static void Described()
        {
            Equal("two ranges share a byte", DOError.Describe(DOError.DO_E_OVERLAPPING_RANGES), "a code of ours");
            Equal("the server answered 404: not found", DOError.Describe(unchecked((int)0x80190194)), "a status of HTTP");
            Equal("the server answered 599", DOError.Describe(unchecked((int)0x80190257)), "one without a phrase");
            Check(DOError.Describe(unchecked((int)0x80070006)).Length > 5, "others have the system's words");
        }

        private static void Awaited()
        {
            string path = FreshPath();
            IDODownload download = New("slow", path);
            var reports = new Reports();

            Server("hold");
            download.Start();
            Task waiting = download.WaitAsync(CancellationToken.None, reports);
            Await(reports.SomeBytes, "some bytes are reported");
            Check(!waiting.IsCompleted, "it is not there yet");
            Server("release");
            Check(waiting.Wait(Deadline), "it arrives");
            Equal(DODownloadState.Transferred, download.Status().State, "state");
            download.Finalize();
            EqualBytes(Content(0, ContentLength), File.ReadAllBytes(path));
        }

        private static void AwaitedLate()
        {
            IDODownload download = New("file", FreshPath());

            download.Set(DODownloadProperty.BlockingMode, true);
            download.Start();
            Check(download.WaitAsync().Wait(Deadline), "it is there");
            download.Finalize();
        }

        /// <summary>What the task fails with.</summary>
        private static COMException Failed(Task task)
        {
            try
            {
                Check(task.Wait(Deadline), "it ends");
            }
            catch (AggregateException error)
            {
                return (COMException)error.InnerException;
            }
            throw new Failure("it does not fail");
        }

        private static void AwaitedFailure()
        {
            IDODownload download = New("missing", FreshPath());

            download.Start();
            COMException error = Failed(download.WaitAsync());
            Equal("80190194", error.HResult.ToString("X8"), "HRESULT");
            Equal("the server answered 404: not found (0x80190194)", error.Message, "words");
            download.Abort();
        }

        private static void AwaitedHalt()
        {
            IDODownload download = New("slow", FreshPath());

            Equal(DOError.DO_E_INVALID_STATE, Failed(download.WaitAsync()).HResult, "before Start");
            Server("hold");
            download.Start();
            Task waiting = download.WaitAsync();
            download.Pause();
            Equal("800704C7", Failed(waiting).HResult.ToString("X8"), "after Pause");
            Server("release");
            download.Abort();
        }

        private static void AwaitCancelled()
        {
            IDODownload download = New("slow", FreshPath());

            Server("hold");
            download.Start();
            using (var source = new CancellationTokenSource())
            {
                Task waiting = download.WaitAsync(source.Token);
                source.Cancel();
                try
                {
                    waiting.Wait(Deadline);
                    throw new Failure("it does not end");
                }
                catch (AggregateException error)
                {
                    Check(error.InnerException is OperationCanceledException, "it is cancelled");
                }
            }
            Equal(DODownloadState.Transferring, download.Status().State, "the download goes on");
            Server("release");
            download.Abort();
        }
    }
}

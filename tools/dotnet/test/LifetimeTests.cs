// What is left when a program ends: nothing, whatever it still held.

using System;
using System.Diagnostics;
using System.IO;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    public static class LifetimeTests
    {
        /// <summary>The first argument of a program that only leaves things behind.</summary>
        public const string Careless = "--leave";

        public static void Run()
        {
            Test("a program that ends without releasing anything leaves no host and no file behind", LeftBehind);
            Test("a class that nobody has is an error in words", NoClass);
        }

        private static void LeftBehind()
        {
            string path = FreshPath();
            int files = Directory.GetFiles(Path.GetDirectoryName(path)).Length;

            Server("hold");
            using (Process careless = Process.Start(Environment.ProcessPath, new[] { Careless, Url("slow"), path }))
            {
                Check(careless.WaitForExit((int)Deadline.TotalMilliseconds), "the program ends");
                Equal(0, careless.ExitCode, "it had what it leaves");
            }
            Server("release"); // a download that runs goes on to its end, and nobody has it then
            foreach (Process host in Process.GetProcessesByName("dosvc-host"))
            {
                Check(host.WaitForExit(60 * 1000), "its host ends too");
            }
            Equal(0, Process.GetProcessesByName("dosvc-host").Length, "hosts that are left");
            Equal(files, Directory.GetFiles(Path.GetDirectoryName(path)).Length, "files");
        }

        /// <summary>Ends with a download that runs in the local server, its callback, and a job.</summary>
        public static int Leave(string url, string path)
        {
            var manager = DOClass.Create<IDOManager>(DOClass.OpenDO, true);
            var log = new StatusLog();

            manager.CreateDownload(out IDODownload download);
            download.Set(DODownloadProperty.Uri, url);
            download.Set(DODownloadProperty.LocalPath, path);
            download.SetCallback(log);
            download.Start();
            log.Await(status => status.BytesTransferred > 0, "some bytes come");
            ((IBackgroundCopyManager)manager).CreateJob("left", BG_JOB_TYPE.DOWNLOAD, out Guid _, out IBackgroundCopyJob job);
            job.AddFile(url, path + ".job");
            bool hasHost = Process.GetProcessesByName("dosvc-host").Length > 0;
            Environment.Exit(hasHost ? 0 : 1);
            return 1;
        }

        private static void NoClass()
        {
            try
            {
                DOClass.Create<IDOManager>("5C8D0B8E-0000-4E5A-9A55-0D0C1B6E2F31");
            }
            catch (System.Runtime.InteropServices.COMException error)
            {
                Equal("the COM class is not registered (0x80040154)", error.Message, "words");
                return;
            }
            throw new Failure("it is no error");
        }
    }
}

// The structures as Windows has them. Interfaces and values are compared with the IDL by
// test_dotnet.py.

using System;
using System.Runtime.InteropServices;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    public static class LayoutTests
    {
        public static void Run()
        {
            Test("structures have the sizes of 64 bits", Sizes);
            Test("members lie where they should", Offsets);
            Test("a block of ranges is 8 + 16 n bytes", Block);
        }

        private static void Sizes()
        {
            Equal(16, Marshal.SizeOf<DO_DOWNLOAD_RANGE>(), "DO_DOWNLOAD_RANGE");
            Equal(32, Marshal.SizeOf<DO_DOWNLOAD_STATUS>(), "DO_DOWNLOAD_STATUS");
            Equal(16, Marshal.SizeOf<DO_DOWNLOAD_ENUM_CATEGORY>(), "DO_DOWNLOAD_ENUM_CATEGORY");
            Equal(16, Marshal.SizeOf<BG_FILE_INFO>(), "BG_FILE_INFO");
            Equal(24, Marshal.SizeOf<BG_FILE_PROGRESS>(), "BG_FILE_PROGRESS");
            Equal(16, Marshal.SizeOf<BG_FILE_RANGE>(), "BG_FILE_RANGE");
            Equal(24, Marshal.SizeOf<BG_JOB_PROGRESS>(), "BG_JOB_PROGRESS");
            Equal(16, Marshal.SizeOf<BG_JOB_REPLY_PROGRESS>(), "BG_JOB_REPLY_PROGRESS");
            Equal(24, Marshal.SizeOf<BG_JOB_TIMES>(), "BG_JOB_TIMES");
            Equal(24, Marshal.SizeOf<BG_AUTH_CREDENTIALS>(), "BG_AUTH_CREDENTIALS");
            Equal(16, Marshal.SizeOf<BITS_JOB_PROPERTY_VALUE>(), "BITS_JOB_PROPERTY_VALUE");
            Equal(136, Marshal.SizeOf<DOSwarmStats>(), "DOSwarmStats");
        }

        private static void Offsets()
        {
            Offset<DO_DOWNLOAD_STATUS>("State", 16);
            Offset<DO_DOWNLOAD_STATUS>("Error", 20);
            Offset<DO_DOWNLOAD_STATUS>("ExtendedError", 24);
            Offset<DO_DOWNLOAD_ENUM_CATEGORY>("Value", 8);
            Offset<BG_FILE_PROGRESS>("Completed", 16);
            Offset<BG_AUTH_CREDENTIALS>("Basic", 8);
            Offset<DOSwarmStats>("fileSize", 16);
            Offset<DOSwarmStats>("httpConnectionCount", 96);
            Offset<DOSwarmStats>("downloadMode", 120);
            Offset<DOSwarmStats>("isBackground", 128);
        }

        private static void Offset<T>(string member, int offset)
        {
            Equal(offset, (int)Marshal.OffsetOf<T>(member), typeof(T).Name + "." + member);
        }

        private static void Block()
        {
            ulong[] block = new DownloadRanges().Add(1, 2).AddToEnd(3).ToBlock();

            Equal(8 + 16 * 2, 8 * block.Length, "its length");
            Equal("2 1 2 3 18446744073709551615", string.Join(" ", block), "its numbers");
            Equal(8, 8 * new DownloadRanges().ToBlock().Length, "the length of an empty one");
        }
    }
}

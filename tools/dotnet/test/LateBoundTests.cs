namespace OpenDO.InteropTest
{
    public static class LateBoundTests
    {
        public static void Run()
        {
        }
    }
}

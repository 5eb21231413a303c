/*
 * Our header beside those of BITS, in either order, as C and as C++. It is compiled, not run.
 *
 *     BITS_FIRST   the headers of BITS come first; else ours does
 *     BITS_OF_SDK  those of Windows' SDK, which has more of them than MinGW-w64
 */
#include <windows.h>

#ifndef BITS_FIRST
#include <deliveryoptimization.h>
#include <deliveryoptimizationerrors.h>
#endif

#include <bits.h>
#include <bits1_5.h>
#include <bits2_0.h>
#include <bits2_5.h>
#include <bits3_0.h>
#include <bits5_0.h>
#ifdef BITS_OF_SDK
#include <bits10_1.h>
#include <bits10_2.h>
#include <bits10_3.h>
#include <bits4_0.h>
#endif
#include <bitsmsg.h>

#ifdef BITS_FIRST
#include <deliveryoptimization.h>
#include <deliveryoptimizationerrors.h>
#endif

/* What of BITS only its own header has, and what only ours has, or every MinGW-w64 lacks. */
int main(void)
{
    const GUID *ids[] = {&CLSID_BackgroundCopyManager, &CLSID_DeliveryOptimization,
                         &IID_IBackgroundCopyFile5, &IID_IBackgroundCopyCallback3};
    const BG_FILE_RANGE range = {0, BG_LENGTH_TO_EOF};
    BITS_JOB_TRANSFER_POLICY policy = BITS_JOB_TRANSFER_POLICY_STANDARD;
    BITS_FILE_PROPERTY_VALUE value = {NULL};
    const HRESULT codes[] = {DO_E_JOB_EMPTY, BG_E_STRING_TOO_LONG, (HRESULT)BG_E_NOT_FOUND};

    (void)policy;
    return (int)(sizeof(IBackgroundCopyJob5 *) + sizeof(IBackgroundCopyJobHttpOptions *) +
                 sizeof(IDODownload *) + sizeof(ids) + sizeof(codes)) +
           (int)range.InitialOffset + (value.String != NULL);
}

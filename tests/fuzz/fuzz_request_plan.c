/* Whatever happens to its requests, a plan asks for every wanted byte exactly once. */
#include "fuzz_target.h"
#include "plan_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *fault = plan_oracle_run(data, size);

    if (fault) {
        fprintf(stderr, "it does not hold that %s\n", fault);
    }
    REQUIRE(fault == NULL);
    return 0;
}

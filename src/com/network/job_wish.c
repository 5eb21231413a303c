#include "com/network/job_wish.h"

#include "com/network/conditions.h"

#include "deliveryoptimization.h" /* generated from idl/ */

static const struct cost_flags {
    DWORD flags;
    enum cost_policy policy;
} cost_flags[] = {
    {(DWORD)BITS_JOB_TRANSFER_POLICY_ALWAYS, COST_POLICY_ALWAYS},
    {(DWORD)BITS_JOB_TRANSFER_POLICY_NOT_ROAMING, COST_POLICY_NO_ROAMING},
    {(DWORD)BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE, COST_POLICY_NO_SURCHARGE},
    {(DWORD)BITS_JOB_TRANSFER_POLICY_STANDARD, COST_POLICY_STANDARD},
    {(DWORD)BITS_JOB_TRANSFER_POLICY_UNRESTRICTED, COST_POLICY_UNRESTRICTED},
};

/* NULL if these flags are not a policy. */
static const struct cost_flags *find(DWORD flags)
{
    for (size_t i = 0; i < ARRAYSIZE(cost_flags); i++) {
        if (cost_flags[i].flags == flags) {
            return &cost_flags[i];
        }
    }
    return NULL;
}

bool job_wish_is_policy(DWORD flags)
{
    return find(flags) != NULL;
}

DWORD job_wish_flags(struct odo_job *job)
{
    uint32_t policy = odo_job_get_number(job, ODO_JOB_COST_FLAGS);

    if (policy != 0) {
        return policy;
    }
    return odo_job_get_number(job, ODO_JOB_PRIORITY) == BG_JOB_PRIORITY_FOREGROUND
               ? (DWORD)BITS_JOB_TRANSFER_POLICY_ALWAYS
               : (DWORD)BITS_JOB_TRANSFER_POLICY_STANDARD;
}

struct cost_wish job_wish_get(struct odo_job *job)
{
    const struct cost_flags *found = find(job_wish_flags(job));

    return (struct cost_wish){.policy = found ? found->policy : COST_POLICY_STANDARD};
}

void job_wish_changed(struct odo_job *job)
{
    const struct cost_wish wish = job_wish_get(job);

    conditions_changed(job, &wish);
}

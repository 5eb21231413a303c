#include "com/job/job_enum_object.h"

#include "com/job/job_object.h"
#include "com/object/enumerator.h"

#include <stdlib.h>

/* The snapshot, shared by an enumerator and its clones. */
struct job_list {
    LONG refs;
    struct odo_job **jobs; /* reference counted; the array is the engine's */
    ULONG count;
};

static void job_list_release(struct job_list *list)
{
    if (InterlockedDecrement(&list->refs) > 0) {
        return;
    }
    for (ULONG i = 0; i < list->count; i++) {
        odo_job_release(list->jobs[i]);
    }
    odo_free(list->jobs);
    free(list);
}

struct job_enum_object {
    struct com_object base;
    IEnumBackgroundCopyJobs IEnumBackgroundCopyJobs_iface;
    struct job_list *list; /* reference counted */
    struct enumerator enumerator;
};

COM_DEFINE_UNKNOWN(job_enum_object, IEnumBackgroundCopyJobs)

static HRESULT create(struct job_list *list, ULONG position, IEnumBackgroundCopyJobs **out);

static HRESULT make_job(void *context, ULONG index, IUnknown **item_out)
{
    const struct job_enum_object *object = context;

    return job_object_create(object->list->jobs[index], &IID_IBackgroundCopyJob,
                             (void **)item_out);
}

static HRESULT STDMETHODCALLTYPE job_enum_object_Next(IEnumBackgroundCopyJobs *self,
                                                      ULONG wanted, IBackgroundCopyJob **items,
                                                      ULONG *fetched)
{
    struct job_enum_object *object = impl_from_IEnumBackgroundCopyJobs(self);

    return enumerator_next(&object->enumerator, wanted, (IUnknown **)items, fetched, make_job,
                           object);
}

static HRESULT STDMETHODCALLTYPE job_enum_object_Skip(IEnumBackgroundCopyJobs *self,
                                                      ULONG wanted)
{
    return enumerator_skip(&impl_from_IEnumBackgroundCopyJobs(self)->enumerator, wanted);
}

static HRESULT STDMETHODCALLTYPE job_enum_object_Reset(IEnumBackgroundCopyJobs *self)
{
    enumerator_reset(&impl_from_IEnumBackgroundCopyJobs(self)->enumerator);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_enum_object_Clone(IEnumBackgroundCopyJobs *self,
                                                       IEnumBackgroundCopyJobs **clone_out)
{
    struct job_enum_object *object = impl_from_IEnumBackgroundCopyJobs(self);

    if (!clone_out) {
        return E_POINTER;
    }
    InterlockedIncrement(&object->list->refs);
    return create(object->list, enumerator_position(&object->enumerator), clone_out);
}

static HRESULT STDMETHODCALLTYPE job_enum_object_GetCount(IEnumBackgroundCopyJobs *self,
                                                          ULONG *count_out)
{
    if (!count_out) {
        return E_POINTER;
    }
    *count_out = impl_from_IEnumBackgroundCopyJobs(self)->enumerator.count;
    return S_OK;
}

static const IEnumBackgroundCopyJobsVtbl enum_jobs_vtbl = {
    COM_UNKNOWN_SLOTS(job_enum_object, IEnumBackgroundCopyJobs),
    .Next = job_enum_object_Next,
    .Skip = job_enum_object_Skip,
    .Reset = job_enum_object_Reset,
    .Clone = job_enum_object_Clone,
    .GetCount = job_enum_object_GetCount,
};

static void job_enum_object_destroy(struct com_object *base)
{
    struct job_enum_object *object = CONTAINING_RECORD(base, struct job_enum_object, base);

    job_list_release(object->list);
    free(object);
}

static const struct com_interface job_enum_interfaces[] = {
    COM_INTERFACE(job_enum_object, IEnumBackgroundCopyJobs),
};

static const struct com_class job_enum_class = {
    .destroy = job_enum_object_destroy,
    .interfaces = job_enum_interfaces,
    .interface_count = ARRAYSIZE(job_enum_interfaces),
};

/* Takes ownership of a reference to the list, even on failure. */
static HRESULT create(struct job_list *list, ULONG position, IEnumBackgroundCopyJobs **out)
{
    struct job_enum_object *object = calloc(1, sizeof(*object));

    *out = NULL;
    if (!object) {
        job_list_release(list);
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &job_enum_class);
    object->IEnumBackgroundCopyJobs_iface.lpVtbl = &enum_jobs_vtbl;
    object->list = list;
    enumerator_init(&object->enumerator, list->count, position);
    *out = &object->IEnumBackgroundCopyJobs_iface;
    return S_OK;
}

HRESULT job_enum_object_create(struct odo_job **jobs, size_t count,
                               IEnumBackgroundCopyJobs **out)
{
    struct job_list *list = calloc(1, sizeof(*list));

    *out = NULL;
    if (!list) {
        for (size_t i = 0; i < count; i++) {
            odo_job_release(jobs[i]);
        }
        odo_free(jobs);
        return E_OUTOFMEMORY;
    }
    list->refs = 1;
    list->jobs = jobs;
    list->count = (ULONG)count; /* jobs in memory: fewer than 2^32 */
    return create(list, 0, out);
}

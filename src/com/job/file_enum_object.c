#include "com/job/file_enum_object.h"

#include "com/job/file_object.h"
#include "com/object/enumerator.h"

#include <stdlib.h>

struct file_enum_object {
    struct com_object base;
    IEnumBackgroundCopyFiles IEnumBackgroundCopyFiles_iface;
    struct odo_job *job; /* reference counted */
    struct enumerator enumerator;
};

COM_DEFINE_UNKNOWN(file_enum_object, IEnumBackgroundCopyFiles)

static HRESULT create(struct odo_job *job, ULONG count, ULONG position,
                      IEnumBackgroundCopyFiles **out);

static HRESULT make_file(void *context, ULONG index, IUnknown **item_out)
{
    const struct file_enum_object *object = context;

    return file_object_create(object->job, index, &IID_IBackgroundCopyFile, (void **)item_out);
}

static HRESULT STDMETHODCALLTYPE file_enum_object_Next(IEnumBackgroundCopyFiles *self,
                                                       ULONG wanted,
                                                       IBackgroundCopyFile **items,
                                                       ULONG *fetched)
{
    struct file_enum_object *object = impl_from_IEnumBackgroundCopyFiles(self);

    return enumerator_next(&object->enumerator, wanted, (IUnknown **)items, fetched, make_file,
                           object);
}

static HRESULT STDMETHODCALLTYPE file_enum_object_Skip(IEnumBackgroundCopyFiles *self,
                                                       ULONG wanted)
{
    return enumerator_skip(&impl_from_IEnumBackgroundCopyFiles(self)->enumerator, wanted);
}

static HRESULT STDMETHODCALLTYPE file_enum_object_Reset(IEnumBackgroundCopyFiles *self)
{
    enumerator_reset(&impl_from_IEnumBackgroundCopyFiles(self)->enumerator);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE file_enum_object_Clone(IEnumBackgroundCopyFiles *self,
                                                        IEnumBackgroundCopyFiles **clone_out)
{
    struct file_enum_object *object = impl_from_IEnumBackgroundCopyFiles(self);

    if (!clone_out) {
        return E_POINTER;
    }
    return create(object->job, object->enumerator.count,
                  enumerator_position(&object->enumerator), clone_out);
}

static HRESULT STDMETHODCALLTYPE file_enum_object_GetCount(IEnumBackgroundCopyFiles *self,
                                                           ULONG *count_out)
{
    if (!count_out) {
        return E_POINTER;
    }
    *count_out = impl_from_IEnumBackgroundCopyFiles(self)->enumerator.count;
    return S_OK;
}

static const IEnumBackgroundCopyFilesVtbl enum_files_vtbl = {
    COM_UNKNOWN_SLOTS(file_enum_object, IEnumBackgroundCopyFiles),
    .Next = file_enum_object_Next,
    .Skip = file_enum_object_Skip,
    .Reset = file_enum_object_Reset,
    .Clone = file_enum_object_Clone,
    .GetCount = file_enum_object_GetCount,
};

static void file_enum_object_destroy(struct com_object *base)
{
    struct file_enum_object *object = CONTAINING_RECORD(base, struct file_enum_object, base);

    odo_job_release(object->job);
    free(object);
}

static const struct com_interface file_enum_interfaces[] = {
    COM_INTERFACE(file_enum_object, IEnumBackgroundCopyFiles),
};

static const struct com_class file_enum_class = {
    .destroy = file_enum_object_destroy,
    .interfaces = file_enum_interfaces,
    .interface_count = ARRAYSIZE(file_enum_interfaces),
};

static HRESULT create(struct odo_job *job, ULONG count, ULONG position,
                      IEnumBackgroundCopyFiles **out)
{
    struct file_enum_object *object = calloc(1, sizeof(*object));

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &file_enum_class);
    object->IEnumBackgroundCopyFiles_iface.lpVtbl = &enum_files_vtbl;
    object->job = odo_job_add_ref(job);
    enumerator_init(&object->enumerator, count, position);
    *out = &object->IEnumBackgroundCopyFiles_iface;
    return S_OK;
}

HRESULT file_enum_object_create(struct odo_job *job, IEnumBackgroundCopyFiles **out)
{
    return create(job, odo_job_get_file_count(job), 0, out);
}

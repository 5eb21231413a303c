/* The properties of a job: those of IBackgroundCopyJob5 and of IDeliveryOptimizationJob2. */
#ifndef ODO_COM_JOB_JOB_PROPERTIES_H
#define ODO_COM_JOB_JOB_PROPERTIES_H

#include <windows.h>

#include <oleauto.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * IBackgroundCopyJob5. Delivery Optimization supports the cost policy and the notification
 * class; GUID_NULL means none.
 *
 *   E_NOTIMPL            any other property
 *   E_INVALIDARG         not a policy, or a missing pointer
 *   DO_E_INVALID_STATE   completed or cancelled
 */
HRESULT job_properties_set_bits(struct odo_job *job, BITS_JOB_PROPERTY_ID id,
                                const BITS_JOB_PROPERTY_VALUE *value);
HRESULT job_properties_get_bits(struct odo_job *job, BITS_JOB_PROPERTY_ID id,
                                BITS_JOB_PROPERTY_VALUE *value_out);

/* IDeliveryOptimizationJob2; for errors see properties.h. */
HRESULT job_properties_set(struct odo_job *job, DOJobPropertyId id, const VARIANT *value);
HRESULT job_properties_get(struct odo_job *job, DOJobPropertyId id, VARIANT *value_out);

#endif

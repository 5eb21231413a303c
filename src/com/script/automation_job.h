/*
 * What scripts may say of a download that IDODownload has no property for: what its job in the
 * engine is told and tells. By name, beside those of automation_properties.h:
 *
 *   Description              any text
 *   JobPriority              0 foreground, 1 high, 2 normal, 3 low; only foreground differs
 *   RetryInterval            seconds; once set, no try comes sooner
 *   RetryTimeout             seconds without a byte until it has failed; 0: the first failure
 * is final JobSecurityFlags         as SecurityFlags, but it can be read ClientCertificate
 * "CurrentUser\MY\<SHA-1 in hexadecimal digits>" ErrorCount               how often it came to
 * a halt or had to try again; read only Owner                    the SID of who made it; read
 * only CreationTime, ModificationTime, TransferCompletionTime dates, in UTC; Empty for what has
 * not happened; read only
 */
#ifndef ODO_COM_AUTOMATION_JOB_H
#define ODO_COM_AUTOMATION_JOB_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>
#include <oleauto.h>

/* Is this one of those above? In any case of letters. */
bool automation_job_knows(BSTR name);

/* For a name that is known. Failures have their sentences (automation_error.h). */
HRESULT automation_job_get(struct odo_job *job, BSTR name, VARIANT *value_out);

/*
 *   DO_E_READ_ONLY_PROPERTY
 *   DISP_E_TYPEMISMATCH, DISP_E_OVERFLOW   the value cannot be converted
 *   what the engine says
 */
HRESULT automation_job_set(struct odo_job *job, BSTR name, const VARIANT *value);

#endif

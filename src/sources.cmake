# The C files of each room.

odo_list_sources(base
    base64.c
    buffer.c
    log.c
    memory.c
    status.c
    text.c)

odo_list_sources(ranges
    content_range.c
    offset_sort.c
    range_layout.c
    range_set.c
    request_plan.c)

odo_list_sources(job
    checkpoint.c
    job.c
    job_state.c)

odo_list_sources(http
    header_lines.c
    http_date.c
    ip_address.c
    multipart_reader.c
    redirect.c
    response_verdict.c
    response_version.c
    retry.c
    url.c)

odo_list_sources(transfer
    attempt.c
    backoff.c
    body.c
    front.c
    lanes.c
    measurement.c
    origin.c
    pace.c
    reply.c
    source.c
    transfer.c
    version.c
    wanted.c)

odo_list_sources(output
    piece_hashes.c
    sink.c
    stream.c)

odo_list_sources(network
    ascii_url.c
    certificate_look_up.c
    downloader.c
    fetch.c
    integrity.c
    look_up.c
    piece_check.c
    proxy_choice.c
    proxy_finder.c
    reply_head.c
    request.c
    schedule.c
    server_certificate.c
    throttle.c)

odo_list_sources(store
    journal.c
    journal_read.c
    journal_write.c
    leftovers.c
    record_row.c
    store.c)

odo_list_sources(engine
    engine.c
    engine_adoption.c
    engine_block.c
    engine_files.c
    engine_job.c
    engine_jobs.c
    engine_keeper.c
    engine_life.c
    engine_place.c
    engine_ranges.c
    engine_runner.c
    engine_start.c
    engine_store.c
    engine_streams.c
    engine_temporary.c
    job_table.c
    news.c)

odo_list_sources(platform/posix
    certificate.c
    clock.c
    file.c
    hash.c
    host_name.c
    lock_file.c
    path.c
    random.c
    status_from_errno.c
    thread.c)

odo_list_sources(platform/windows
    certificate.c
    clock.c
    file.c
    hash.c
    host_name.c
    lock_file.c
    path.c
    private_rights.c
    random.c
    status_from_win32.c
    thread.c
    wide_path.c)

odo_list_sources(com/object
    caller.c
    class_ids.c
    client_id.c
    client_security.c
    com_marshal.c
    com_object.c
    enumerator.c
    error_info.c
    error_text.c
    global_table.c
    hresult.c
    interface_keeper.c
    object_count.c
    owner.c
    properties.c
    this_module.c
    wide_text.c)

odo_list_sources(com/wine
    client_watch.c
    kept_proxies.c
    kept_table.c
    remote_object.c
    standard_handles.c
    wine.c
    wine_proxies.c)

odo_list_sources(com/calls
    apartment_wait.c
    client_stream.c
    job_wait.c
    subscription.c
    worker_pool.c)

odo_list_sources(com/network
    conditions.c
    cost_policy.c
    download_policy.c
    job_wish.c
    network_cost.c
    proxy_list.c
    system_proxy.c)

odo_list_sources(com/job
    callback.c
    error_object.c
    file_enum_object.c
    file_object.c
    file_properties.c
    job_enum_object.c
    job_files.c
    job_http_options.c
    job_object.c
    job_properties.c)

odo_list_sources(com/download
    download.c
    download_callback.c
    download_enum_object.c
    download_object.c
    download_properties.c
    download_settings.c)

odo_list_sources(com/script
    automation_dispatch.c
    automation_download.c
    automation_enum.c
    automation_error.c
    automation_job.c
    automation_object.c
    automation_progress.c
    automation_properties.c
    automation_ranges.c
    automation_values.c
    automation_variant.c)

odo_list_sources(com/server
    class_factory.c
    manager_object.c
    module.c
    permissions.c
    proxies.c
    registration.c
    registry_table.c)

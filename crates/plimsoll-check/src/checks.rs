//! Every check, one file each.

use crate::check::Check;

mod api_version_too_new;
mod apparmor_unconfined;
mod capabilities_not_dropped;
mod dangerous_capability;
mod default_namespace;
mod default_service_account;
mod deprecated_api_version;
mod duplicate_environment_variable;
mod endless_job;
mod engine_socket_mounted;
mod frequent_exec_probe;
mod hair_trigger_liveness;
mod host_aliases;
mod host_ipc;
mod host_network;
mod host_path_volume;
mod host_pid;
mod host_port;
mod huge_pages_alone;
mod image_without_digest;
mod invalid_extended_resource;
mod invalid_probe_setting;
mod invalid_quantity;
mod limit_range_contradiction;
mod liveness_equals_readiness;
mod liveness_probe_on_dependency;
mod long_initial_delay;
mod low_user_id;
mod memory_overcommitted;
mod missing_cpu_limit;
mod missing_ephemeral_storage_limit;
mod missing_liveness_probe;
mod missing_memory_limit;
mod missing_readiness_probe;
mod missing_resource_requests;
mod missing_startup_probe;
mod mutable_image_tag;
mod naked_pod;
mod node_port_service;
mod odd_quantity;
mod open_load_balancer;
mod privilege_escalation_allowed;
mod privileged_container;
mod probe_on_init_container;
mod probe_port_name_unknown;
mod probe_port_not_declared;
mod probe_timeout_exceeds_period;
mod probe_to_other_host;
mod probe_without_handler;
mod proc_unmasked;
mod proc_unmasked_in_user_namespace;
mod quota_without_limits;
mod removed_api_version;
mod request_above_limit;
mod restricted_volume_type;
mod rollout_drops_traffic;
mod root_user;
mod root_user_possible;
mod seccomp_profile_missing;
mod seccomp_unconfined;
mod secret_as_variable;
mod secret_in_arguments;
mod secret_in_config_map;
mod secret_in_environment;
mod selector_selects_nothing;
mod selinux_options_changed;
mod sensitive_host_path;
mod service_account_token_mounted;
mod service_external_ips;
mod shared_process_namespace;
mod single_replica;
mod unbounded_empty_dir;
mod unknown_api_version;
mod unsafe_sysctl;
mod windows_host_process;
mod writable_root_filesystem;

#[cfg(test)]
mod tests;

/// Every check, sorted by id. A test holds this list against the folder.
pub const CHECKS: &[&Check] = &[
    &api_version_too_new::CHECK,
    &apparmor_unconfined::CHECK,
    &capabilities_not_dropped::CHECK,
    &dangerous_capability::CHECK,
    &default_namespace::CHECK,
    &default_service_account::CHECK,
    &deprecated_api_version::CHECK,
    &duplicate_environment_variable::CHECK,
    &endless_job::CHECK,
    &engine_socket_mounted::CHECK,
    &frequent_exec_probe::CHECK,
    &hair_trigger_liveness::CHECK,
    &host_aliases::CHECK,
    &host_ipc::CHECK,
    &host_network::CHECK,
    &host_path_volume::CHECK,
    &host_pid::CHECK,
    &host_port::CHECK,
    &huge_pages_alone::CHECK,
    &image_without_digest::CHECK,
    &invalid_extended_resource::CHECK,
    &invalid_probe_setting::CHECK,
    &invalid_quantity::CHECK,
    &limit_range_contradiction::CHECK,
    &liveness_equals_readiness::CHECK,
    &liveness_probe_on_dependency::CHECK,
    &long_initial_delay::CHECK,
    &low_user_id::CHECK,
    &memory_overcommitted::CHECK,
    &missing_cpu_limit::CHECK,
    &missing_ephemeral_storage_limit::CHECK,
    &missing_liveness_probe::CHECK,
    &missing_memory_limit::CHECK,
    &missing_readiness_probe::CHECK,
    &missing_resource_requests::CHECK,
    &missing_startup_probe::CHECK,
    &mutable_image_tag::CHECK,
    &naked_pod::CHECK,
    &node_port_service::CHECK,
    &odd_quantity::CHECK,
    &open_load_balancer::CHECK,
    &privilege_escalation_allowed::CHECK,
    &privileged_container::CHECK,
    &probe_on_init_container::CHECK,
    &probe_port_name_unknown::CHECK,
    &probe_port_not_declared::CHECK,
    &probe_timeout_exceeds_period::CHECK,
    &probe_to_other_host::CHECK,
    &probe_without_handler::CHECK,
    &proc_unmasked::CHECK,
    &proc_unmasked_in_user_namespace::CHECK,
    &quota_without_limits::CHECK,
    &removed_api_version::CHECK,
    &request_above_limit::CHECK,
    &restricted_volume_type::CHECK,
    &rollout_drops_traffic::CHECK,
    &root_user::CHECK,
    &root_user_possible::CHECK,
    &seccomp_profile_missing::CHECK,
    &seccomp_unconfined::CHECK,
    &secret_as_variable::CHECK,
    &secret_in_arguments::CHECK,
    &secret_in_config_map::CHECK,
    &secret_in_environment::CHECK,
    &selector_selects_nothing::CHECK,
    &selinux_options_changed::CHECK,
    &sensitive_host_path::CHECK,
    &service_account_token_mounted::CHECK,
    &service_external_ips::CHECK,
    &shared_process_namespace::CHECK,
    &single_replica::CHECK,
    &unbounded_empty_dir::CHECK,
    &unknown_api_version::CHECK,
    &unsafe_sysctl::CHECK,
    &windows_host_process::CHECK,
    &writable_root_filesystem::CHECK,
];

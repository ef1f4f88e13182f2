//! Every check, one file each.

use crate::check::Check;

mod apparmor_unconfined;
mod capabilities_not_dropped;
mod dangerous_capability;
mod default_namespace;
mod default_service_account;
mod duplicate_environment_variable;
mod endless_job;
mod engine_socket_mounted;
mod host_aliases;
mod host_ipc;
mod host_network;
mod host_path_volume;
mod host_pid;
mod host_port;
mod image_without_digest;
mod low_user_id;
mod missing_cpu_limit;
mod missing_liveness_probe;
mod missing_memory_limit;
mod missing_readiness_probe;
mod missing_resource_requests;
mod mutable_image_tag;
mod naked_pod;
mod node_port_service;
mod open_load_balancer;
mod privilege_escalation_allowed;
mod privileged_container;
mod probe_to_other_host;
mod proc_unmasked;
mod proc_unmasked_in_user_namespace;
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
mod unsafe_sysctl;
mod windows_host_process;
mod writable_root_filesystem;

#[cfg(test)]
mod tests;

/// Every check, sorted by id. A test holds this list against the folder.
pub const CHECKS: &[&Check] = &[
    &apparmor_unconfined::CHECK,
    &capabilities_not_dropped::CHECK,
    &dangerous_capability::CHECK,
    &default_namespace::CHECK,
    &default_service_account::CHECK,
    &duplicate_environment_variable::CHECK,
    &endless_job::CHECK,
    &engine_socket_mounted::CHECK,
    &host_aliases::CHECK,
    &host_ipc::CHECK,
    &host_network::CHECK,
    &host_path_volume::CHECK,
    &host_pid::CHECK,
    &host_port::CHECK,
    &image_without_digest::CHECK,
    &low_user_id::CHECK,
    &missing_cpu_limit::CHECK,
    &missing_liveness_probe::CHECK,
    &missing_memory_limit::CHECK,
    &missing_readiness_probe::CHECK,
    &missing_resource_requests::CHECK,
    &mutable_image_tag::CHECK,
    &naked_pod::CHECK,
    &node_port_service::CHECK,
    &open_load_balancer::CHECK,
    &privilege_escalation_allowed::CHECK,
    &privileged_container::CHECK,
    &probe_to_other_host::CHECK,
    &proc_unmasked::CHECK,
    &proc_unmasked_in_user_namespace::CHECK,
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
    &unsafe_sysctl::CHECK,
    &windows_host_process::CHECK,
    &writable_root_filesystem::CHECK,
];

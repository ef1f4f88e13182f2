//! Every check, one file each.

use crate::check::Check;

mod anti_affinity_too_wide;
mod api_version_too_new;
mod apparmor_unconfined;
mod autoscaler_bounds_crossed;
mod autoscaler_single_replica;
mod capabilities_not_dropped;
mod daemon_rollout_everywhere;
mod dangerous_capability;
mod default_namespace;
mod default_service_account;
mod deprecated_api_version;
mod deprecated_node_label;
mod duplicate_environment_variable;
mod endless_job;
mod endures_lost_node;
mod engine_socket_mounted;
mod excessive_job_retries;
mod frequent_exec_probe;
mod grace_period_too_short;
mod hair_trigger_liveness;
mod host_aliases;
mod host_ipc;
mod host_network;
mod host_path_volume;
mod host_pid;
mod host_port;
mod host_port_blocks_rollout;
mod huge_pages_alone;
mod image_without_digest;
mod invalid_extended_resource;
mod invalid_probe_setting;
mod invalid_quantity;
mod invalid_restart_policy;
mod invalid_schedule;
mod job_never_cleaned_up;
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
mod missing_min_ready_seconds;
mod missing_readiness_probe;
mod missing_resource_requests;
mod missing_starting_deadline;
mod missing_startup_probe;
mod mutable_image_tag;
mod naked_pod;
mod no_grace_period;
mod no_rollout_history;
mod node_port_service;
mod odd_quantity;
mod open_load_balancer;
mod overlapping_cron_jobs;
mod partition_left;
mod pinned_to_node;
mod pods_not_spread;
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
mod progress_deadline_too_short;
mod quota_without_limits;
mod removed_api_version;
mod request_above_limit;
mod restricted_volume_type;
mod rollout_drops_traffic;
mod root_user;
mod root_user_possible;
mod schedule_never_comes;
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
mod starting_deadline_too_short;
mod stuck_rollout_setting;
mod suspended_cron_job;
mod tolerates_control_plane;
mod tolerates_everything;
mod unbounded_empty_dir;
mod unknown_api_version;
mod unknown_node_label;
mod unsafe_sysctl;
mod update_on_delete;
mod windows_host_process;
mod writable_root_filesystem;

#[cfg(test)]
mod tests;

/// Every check, sorted by id. A test holds this list against the folder.
pub const CHECKS: &[&Check] = &[
    &anti_affinity_too_wide::CHECK,
    &api_version_too_new::CHECK,
    &apparmor_unconfined::CHECK,
    &autoscaler_bounds_crossed::CHECK,
    &autoscaler_single_replica::CHECK,
    &capabilities_not_dropped::CHECK,
    &daemon_rollout_everywhere::CHECK,
    &dangerous_capability::CHECK,
    &default_namespace::CHECK,
    &default_service_account::CHECK,
    &deprecated_api_version::CHECK,
    &deprecated_node_label::CHECK,
    &duplicate_environment_variable::CHECK,
    &endless_job::CHECK,
    &endures_lost_node::CHECK,
    &engine_socket_mounted::CHECK,
    &excessive_job_retries::CHECK,
    &frequent_exec_probe::CHECK,
    &grace_period_too_short::CHECK,
    &hair_trigger_liveness::CHECK,
    &host_aliases::CHECK,
    &host_ipc::CHECK,
    &host_network::CHECK,
    &host_path_volume::CHECK,
    &host_pid::CHECK,
    &host_port::CHECK,
    &host_port_blocks_rollout::CHECK,
    &huge_pages_alone::CHECK,
    &image_without_digest::CHECK,
    &invalid_extended_resource::CHECK,
    &invalid_probe_setting::CHECK,
    &invalid_quantity::CHECK,
    &invalid_restart_policy::CHECK,
    &invalid_schedule::CHECK,
    &job_never_cleaned_up::CHECK,
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
    &missing_min_ready_seconds::CHECK,
    &missing_readiness_probe::CHECK,
    &missing_resource_requests::CHECK,
    &missing_starting_deadline::CHECK,
    &missing_startup_probe::CHECK,
    &mutable_image_tag::CHECK,
    &naked_pod::CHECK,
    &no_grace_period::CHECK,
    &no_rollout_history::CHECK,
    &node_port_service::CHECK,
    &odd_quantity::CHECK,
    &open_load_balancer::CHECK,
    &overlapping_cron_jobs::CHECK,
    &partition_left::CHECK,
    &pinned_to_node::CHECK,
    &pods_not_spread::CHECK,
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
    &progress_deadline_too_short::CHECK,
    &quota_without_limits::CHECK,
    &removed_api_version::CHECK,
    &request_above_limit::CHECK,
    &restricted_volume_type::CHECK,
    &rollout_drops_traffic::CHECK,
    &root_user::CHECK,
    &root_user_possible::CHECK,
    &schedule_never_comes::CHECK,
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
    &starting_deadline_too_short::CHECK,
    &stuck_rollout_setting::CHECK,
    &suspended_cron_job::CHECK,
    &tolerates_control_plane::CHECK,
    &tolerates_everything::CHECK,
    &unbounded_empty_dir::CHECK,
    &unknown_api_version::CHECK,
    &unknown_node_label::CHECK,
    &unsafe_sysctl::CHECK,
    &update_on_delete::CHECK,
    &windows_host_process::CHECK,
    &writable_root_filesystem::CHECK,
];

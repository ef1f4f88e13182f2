//! Every check, one file each.

use crate::check::Check;

mod accounts_creatable;
mod admission_plugin_off;
mod admission_policy_not_enforced;
mod admission_policy_unbound;
mod aggregated_secrets;
mod all_rights_role;
mod always_admit;
mod anonymous_requests;
mod anonymous_subject;
mod anti_affinity_too_wide;
mod api_audit_log_off;
mod api_service_unverified;
mod api_version_too_new;
mod apparmor_unconfined;
mod authorization_off;
mod authorization_without_node;
mod automatic_image_update;
mod autoscaler_bounds_crossed;
mod autoscaler_single_replica;
mod autoscaler_without_requests;
mod autoscalers_compete;
mod binding_changes_allowed;
mod budget_blocks_eviction;
mod budget_selects_nothing;
mod capabilities_not_dropped;
mod certificate_approval_allowed;
mod changing_label_in_selector;
mod cluster_admin_binding;
mod cluster_secrets_readable;
mod code_fetched_at_start;
mod code_folder_writable;
mod container_log_turned_off;
mod control_plane_open;
mod credential_in_config_map;
mod credential_in_workload;
mod daemon_rollout_everywhere;
mod dangerous_capability;
mod dashboard_deployed;
mod data_deletable;
mod data_port_published;
mod database_without_volume;
mod debug_container_left;
mod debug_containers_allowed;
mod default_account_subject;
mod default_namespace;
mod default_service_account;
mod deprecated_annotation;
mod deprecated_api_version;
mod deprecated_field;
mod deprecated_node_label;
mod deprecated_volume_plugin;
mod duplicate_container_name;
mod duplicate_environment_variable;
mod duplicate_object;
mod duplicate_object_across_files;
mod duplicate_service_port;
mod duplicate_volume;
mod endless_job;
mod endless_token_secret;
mod endures_lost_node;
mod engine_in_container;
mod engine_socket_mounted;
mod etcd_open;
mod etcd_self_signed;
mod event_deletion_allowed;
mod everybody_subject;
mod excessive_job_retries;
mod executable_config_map;
mod frequent_exec_probe;
mod gateway_open_to_namespaces;
mod gateway_without_tls;
mod grace_period_too_short;
mod hair_trigger_liveness;
mod health_check_turned_off;
mod host_aliases;
mod host_control_groups;
mod host_ipc;
mod host_name_namespace;
mod host_network;
mod host_path_volume;
mod host_pid;
mod host_port;
mod host_port_blocks_rollout;
mod host_user_namespace;
mod huge_pages_alone;
mod image_never_pulled;
mod image_not_always_pulled;
mod image_past_its_end;
mod image_without_digest;
mod impersonation_allowed;
mod implicit_registry;
mod ingress_for_every_host;
mod ingress_snippet;
mod ingress_without_tls;
mod insecure_api_port;
mod interactive_container;
mod internal_service_exposed;
mod invalid_extended_resource;
mod invalid_image_name;
mod invalid_label;
mod invalid_name;
mod invalid_probe_setting;
mod invalid_quantity;
mod invalid_restart_policy;
mod invalid_schedule;
mod job_never_cleaned_up;
mod kernel_parameter_of_host;
mod kubelet_not_verified;
mod kubelet_open;
mod limit_range_contradiction;
mod liveness_equals_readiness;
mod liveness_probe_on_dependency;
mod local_registry_image;
mod login_certificate_requested;
mod long_initial_delay;
mod long_lived_token;
mod low_group_id;
mod low_user_id;
mod masters_group_subject;
mod memory_overcommitted;
mod memory_volume_without_limit;
mod metadata_endpoint_used;
mod missing_autoscaler_target;
mod missing_backend;
mod missing_backend_port;
mod missing_claim;
mod missing_class;
mod missing_config_map;
mod missing_cpu_limit;
mod missing_disruption_budget;
mod missing_ephemeral_storage_limit;
mod missing_gateway;
mod missing_governing_service;
mod missing_key;
mod missing_liveness_probe;
mod missing_memory_limit;
mod missing_min_ready_seconds;
mod missing_pre_stop;
mod missing_process_limit;
mod missing_readiness_probe;
mod missing_resource_requests;
mod missing_role;
mod missing_secret;
mod missing_service_account;
mod missing_starting_deadline;
mod missing_startup_probe;
mod missing_subject;
mod missing_target_port;
mod mount_without_volume;
mod mounts_reach_node;
mod mutable_image_tag;
mod mutable_secret;
mod naked_pod;
mod namespace_privileged;
mod namespace_secrets_readable;
mod namespace_without_limit_range;
mod namespace_without_network_policy;
mod namespace_without_pod_security;
mod namespace_without_quota;
mod no_grace_period;
mod no_rollout_history;
mod node_credentials_mounted;
mod node_device_mounted;
mod node_entered;
mod node_logs_writable;
mod node_port_service;
mod node_processes_traceable;
mod node_proxy_allowed;
mod node_restriction_off;
mod node_root_capability;
mod node_user_namespace;
mod nodes_changeable;
mod odd_quantity;
mod open_load_balancer;
mod overlapping_budgets;
mod overlapping_cron_jobs;
mod partition_left;
mod password_file_login;
mod password_in_url;
mod persistent_volumes_creatable;
mod pinned_to_node;
mod pod_exec_allowed;
mod pods_not_spread;
mod policy_allows_everybody_in;
mod policy_allows_everywhere_out;
mod policy_open_to_internet;
mod policy_reaches_metadata;
mod policy_selects_nothing;
mod port_forward_allowed;
mod port_published_to_all;
mod priority_for_everybody;
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
mod profile_not_named;
mod profiling_on;
mod progress_deadline_too_short;
mod quota_without_limits;
mod raw_block_volume;
mod recreate_behind_service;
mod reference_grant_too_wide;
mod registry_login_in_manifest;
mod registry_not_allowed;
mod removed_api_version;
mod removed_volume_plugin;
mod replicas_beside_autoscaler;
mod request_above_limit;
mod restricted_volume_type;
mod retired_registry;
mod role_escalation_allowed;
mod rollout_drops_traffic;
mod root_group;
mod root_user;
mod root_user_possible;
mod runtime_class_missing;
mod schedule_never_comes;
mod sealed_secret_unbound;
mod seccomp_profile_missing;
mod seccomp_unconfined;
mod secret_as_variable;
mod secret_copied_from_store;
mod secret_file_open;
mod secret_in_annotation;
mod secret_in_arguments;
mod secret_in_config_map;
mod secret_in_environment;
mod secret_in_manifest;
mod secret_in_script;
mod secret_in_store_object;
mod secret_shared_by_containers;
mod secret_store_open;
mod secret_store_without_tls;
mod secret_type_mismatch;
mod secrets_unencrypted;
mod selector_misses_template;
mod selector_selects_nothing;
mod selinux_label_turned_off;
mod selinux_options_changed;
mod selinux_unconfined;
mod sensitive_host_path;
mod service_account_token_mounted;
mod service_external_ips;
mod service_reference_missing;
mod service_status_changeable;
mod shared_process_namespace;
mod single_replica;
mod single_writer_volume_shared;
mod source_address_hidden;
mod ssh_server;
mod stale_image_possible;
mod starting_deadline_too_short;
mod state_on_node;
mod stuck_rollout_setting;
mod sub_path_on_node;
mod sudo_in_command;
mod suspended_cron_job;
mod system_priority;
mod tiller_deployed;
mod token_creation_allowed;
mod tolerates_control_plane;
mod tolerates_everything;
mod unbounded_empty_dir;
mod unknown_api_version;
mod unknown_field;
mod unknown_node_label;
mod unsafe_sysctl;
mod unused_volume;
mod update_on_delete;
mod variable_used_before_it_is_set;
mod webhook_can_stop_cluster;
mod webhook_changes_allowed;
mod webhook_changes_everything;
mod webhook_fails_open;
mod webhook_outside_cluster;
mod whole_secret_as_variables;
mod wildcard_resources;
mod wildcard_verbs;
mod windows_administrator;
mod windows_host_process;
mod workload_in_system_namespace;
mod workloads_creatable;
mod writable_host_path;
mod writable_root_filesystem;
mod wrong_type;

#[cfg(test)]
mod tests;

/// Every check, sorted by id. A test holds this list against the folder.
pub const CHECKS: &[&Check] = &[
    &accounts_creatable::CHECK,
    &admission_plugin_off::CHECK,
    &admission_policy_not_enforced::CHECK,
    &admission_policy_unbound::CHECK,
    &aggregated_secrets::CHECK,
    &all_rights_role::CHECK,
    &always_admit::CHECK,
    &anonymous_requests::CHECK,
    &anonymous_subject::CHECK,
    &anti_affinity_too_wide::CHECK,
    &api_audit_log_off::CHECK,
    &api_service_unverified::CHECK,
    &api_version_too_new::CHECK,
    &apparmor_unconfined::CHECK,
    &authorization_off::CHECK,
    &authorization_without_node::CHECK,
    &automatic_image_update::CHECK,
    &autoscaler_bounds_crossed::CHECK,
    &autoscaler_single_replica::CHECK,
    &autoscaler_without_requests::CHECK,
    &autoscalers_compete::CHECK,
    &binding_changes_allowed::CHECK,
    &budget_blocks_eviction::CHECK,
    &budget_selects_nothing::CHECK,
    &capabilities_not_dropped::CHECK,
    &certificate_approval_allowed::CHECK,
    &changing_label_in_selector::CHECK,
    &cluster_admin_binding::CHECK,
    &cluster_secrets_readable::CHECK,
    &code_fetched_at_start::CHECK,
    &code_folder_writable::CHECK,
    &container_log_turned_off::CHECK,
    &control_plane_open::CHECK,
    &credential_in_config_map::CHECK,
    &credential_in_workload::CHECK,
    &daemon_rollout_everywhere::CHECK,
    &dangerous_capability::CHECK,
    &dashboard_deployed::CHECK,
    &data_deletable::CHECK,
    &data_port_published::CHECK,
    &database_without_volume::CHECK,
    &debug_container_left::CHECK,
    &debug_containers_allowed::CHECK,
    &default_account_subject::CHECK,
    &default_namespace::CHECK,
    &default_service_account::CHECK,
    &deprecated_annotation::CHECK,
    &deprecated_api_version::CHECK,
    &deprecated_field::CHECK,
    &deprecated_node_label::CHECK,
    &deprecated_volume_plugin::CHECK,
    &duplicate_container_name::CHECK,
    &duplicate_environment_variable::CHECK,
    &duplicate_object::CHECK,
    &duplicate_object_across_files::CHECK,
    &duplicate_service_port::CHECK,
    &duplicate_volume::CHECK,
    &endless_job::CHECK,
    &endless_token_secret::CHECK,
    &endures_lost_node::CHECK,
    &engine_in_container::CHECK,
    &engine_socket_mounted::CHECK,
    &etcd_open::CHECK,
    &etcd_self_signed::CHECK,
    &event_deletion_allowed::CHECK,
    &everybody_subject::CHECK,
    &excessive_job_retries::CHECK,
    &executable_config_map::CHECK,
    &frequent_exec_probe::CHECK,
    &gateway_open_to_namespaces::CHECK,
    &gateway_without_tls::CHECK,
    &grace_period_too_short::CHECK,
    &hair_trigger_liveness::CHECK,
    &health_check_turned_off::CHECK,
    &host_aliases::CHECK,
    &host_control_groups::CHECK,
    &host_ipc::CHECK,
    &host_name_namespace::CHECK,
    &host_network::CHECK,
    &host_path_volume::CHECK,
    &host_pid::CHECK,
    &host_port::CHECK,
    &host_port_blocks_rollout::CHECK,
    &host_user_namespace::CHECK,
    &huge_pages_alone::CHECK,
    &image_never_pulled::CHECK,
    &image_not_always_pulled::CHECK,
    &image_past_its_end::CHECK,
    &image_without_digest::CHECK,
    &impersonation_allowed::CHECK,
    &implicit_registry::CHECK,
    &ingress_for_every_host::CHECK,
    &ingress_snippet::CHECK,
    &ingress_without_tls::CHECK,
    &insecure_api_port::CHECK,
    &interactive_container::CHECK,
    &internal_service_exposed::CHECK,
    &invalid_extended_resource::CHECK,
    &invalid_image_name::CHECK,
    &invalid_label::CHECK,
    &invalid_name::CHECK,
    &invalid_probe_setting::CHECK,
    &invalid_quantity::CHECK,
    &invalid_restart_policy::CHECK,
    &invalid_schedule::CHECK,
    &job_never_cleaned_up::CHECK,
    &kernel_parameter_of_host::CHECK,
    &kubelet_not_verified::CHECK,
    &kubelet_open::CHECK,
    &limit_range_contradiction::CHECK,
    &liveness_equals_readiness::CHECK,
    &liveness_probe_on_dependency::CHECK,
    &local_registry_image::CHECK,
    &login_certificate_requested::CHECK,
    &long_initial_delay::CHECK,
    &long_lived_token::CHECK,
    &low_group_id::CHECK,
    &low_user_id::CHECK,
    &masters_group_subject::CHECK,
    &memory_overcommitted::CHECK,
    &memory_volume_without_limit::CHECK,
    &metadata_endpoint_used::CHECK,
    &missing_autoscaler_target::CHECK,
    &missing_backend::CHECK,
    &missing_backend_port::CHECK,
    &missing_claim::CHECK,
    &missing_class::CHECK,
    &missing_config_map::CHECK,
    &missing_cpu_limit::CHECK,
    &missing_disruption_budget::CHECK,
    &missing_ephemeral_storage_limit::CHECK,
    &missing_gateway::CHECK,
    &missing_governing_service::CHECK,
    &missing_key::CHECK,
    &missing_liveness_probe::CHECK,
    &missing_memory_limit::CHECK,
    &missing_min_ready_seconds::CHECK,
    &missing_pre_stop::CHECK,
    &missing_process_limit::CHECK,
    &missing_readiness_probe::CHECK,
    &missing_resource_requests::CHECK,
    &missing_role::CHECK,
    &missing_secret::CHECK,
    &missing_service_account::CHECK,
    &missing_starting_deadline::CHECK,
    &missing_startup_probe::CHECK,
    &missing_subject::CHECK,
    &missing_target_port::CHECK,
    &mount_without_volume::CHECK,
    &mounts_reach_node::CHECK,
    &mutable_image_tag::CHECK,
    &mutable_secret::CHECK,
    &naked_pod::CHECK,
    &namespace_privileged::CHECK,
    &namespace_secrets_readable::CHECK,
    &namespace_without_limit_range::CHECK,
    &namespace_without_network_policy::CHECK,
    &namespace_without_pod_security::CHECK,
    &namespace_without_quota::CHECK,
    &no_grace_period::CHECK,
    &no_rollout_history::CHECK,
    &node_credentials_mounted::CHECK,
    &node_device_mounted::CHECK,
    &node_entered::CHECK,
    &node_logs_writable::CHECK,
    &node_port_service::CHECK,
    &node_processes_traceable::CHECK,
    &node_proxy_allowed::CHECK,
    &node_restriction_off::CHECK,
    &node_root_capability::CHECK,
    &node_user_namespace::CHECK,
    &nodes_changeable::CHECK,
    &odd_quantity::CHECK,
    &open_load_balancer::CHECK,
    &overlapping_budgets::CHECK,
    &overlapping_cron_jobs::CHECK,
    &partition_left::CHECK,
    &password_file_login::CHECK,
    &password_in_url::CHECK,
    &persistent_volumes_creatable::CHECK,
    &pinned_to_node::CHECK,
    &pod_exec_allowed::CHECK,
    &pods_not_spread::CHECK,
    &policy_allows_everybody_in::CHECK,
    &policy_allows_everywhere_out::CHECK,
    &policy_open_to_internet::CHECK,
    &policy_reaches_metadata::CHECK,
    &policy_selects_nothing::CHECK,
    &port_forward_allowed::CHECK,
    &port_published_to_all::CHECK,
    &priority_for_everybody::CHECK,
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
    &profile_not_named::CHECK,
    &profiling_on::CHECK,
    &progress_deadline_too_short::CHECK,
    &quota_without_limits::CHECK,
    &raw_block_volume::CHECK,
    &recreate_behind_service::CHECK,
    &reference_grant_too_wide::CHECK,
    &registry_login_in_manifest::CHECK,
    &registry_not_allowed::CHECK,
    &removed_api_version::CHECK,
    &removed_volume_plugin::CHECK,
    &replicas_beside_autoscaler::CHECK,
    &request_above_limit::CHECK,
    &restricted_volume_type::CHECK,
    &retired_registry::CHECK,
    &role_escalation_allowed::CHECK,
    &rollout_drops_traffic::CHECK,
    &root_group::CHECK,
    &root_user::CHECK,
    &root_user_possible::CHECK,
    &runtime_class_missing::CHECK,
    &schedule_never_comes::CHECK,
    &sealed_secret_unbound::CHECK,
    &seccomp_profile_missing::CHECK,
    &seccomp_unconfined::CHECK,
    &secret_as_variable::CHECK,
    &secret_copied_from_store::CHECK,
    &secret_file_open::CHECK,
    &secret_in_annotation::CHECK,
    &secret_in_arguments::CHECK,
    &secret_in_config_map::CHECK,
    &secret_in_environment::CHECK,
    &secret_in_manifest::CHECK,
    &secret_in_script::CHECK,
    &secret_in_store_object::CHECK,
    &secret_shared_by_containers::CHECK,
    &secret_store_open::CHECK,
    &secret_store_without_tls::CHECK,
    &secret_type_mismatch::CHECK,
    &secrets_unencrypted::CHECK,
    &selector_misses_template::CHECK,
    &selector_selects_nothing::CHECK,
    &selinux_label_turned_off::CHECK,
    &selinux_options_changed::CHECK,
    &selinux_unconfined::CHECK,
    &sensitive_host_path::CHECK,
    &service_account_token_mounted::CHECK,
    &service_external_ips::CHECK,
    &service_reference_missing::CHECK,
    &service_status_changeable::CHECK,
    &shared_process_namespace::CHECK,
    &single_replica::CHECK,
    &single_writer_volume_shared::CHECK,
    &source_address_hidden::CHECK,
    &ssh_server::CHECK,
    &stale_image_possible::CHECK,
    &starting_deadline_too_short::CHECK,
    &state_on_node::CHECK,
    &stuck_rollout_setting::CHECK,
    &sub_path_on_node::CHECK,
    &sudo_in_command::CHECK,
    &suspended_cron_job::CHECK,
    &system_priority::CHECK,
    &tiller_deployed::CHECK,
    &token_creation_allowed::CHECK,
    &tolerates_control_plane::CHECK,
    &tolerates_everything::CHECK,
    &unbounded_empty_dir::CHECK,
    &unknown_api_version::CHECK,
    &unknown_field::CHECK,
    &unknown_node_label::CHECK,
    &unsafe_sysctl::CHECK,
    &unused_volume::CHECK,
    &update_on_delete::CHECK,
    &variable_used_before_it_is_set::CHECK,
    &webhook_can_stop_cluster::CHECK,
    &webhook_changes_allowed::CHECK,
    &webhook_changes_everything::CHECK,
    &webhook_fails_open::CHECK,
    &webhook_outside_cluster::CHECK,
    &whole_secret_as_variables::CHECK,
    &wildcard_resources::CHECK,
    &wildcard_verbs::CHECK,
    &windows_administrator::CHECK,
    &windows_host_process::CHECK,
    &workload_in_system_namespace::CHECK,
    &workloads_creatable::CHECK,
    &writable_host_path::CHECK,
    &writable_root_filesystem::CHECK,
    &wrong_type::CHECK,
];

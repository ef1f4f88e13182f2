//! The texts of what can be found.

use plimsoll_model::Severity;

use super::Risk;

/// Every risk, in order of id.
pub const RISKS: &[Risk] = &[
    Risk {
        id: "access-anonymous",
        title: "whoever does not sign in is given a role",
        severity: Severity::High,
        why: "Everybody who can reach the API server has these rights, without a name in the audit log.",
        mend: "Take system:anonymous and system:unauthenticated out of the binding.",
        answers: &["cis-1.12 5.1.1", "mitre T1078"],
    },
    Risk {
        id: "access-changes-nodes",
        title: "labels and taints of nodes can be changed",
        severity: Severity::Low,
        why: "Labels and taints decide where pods run. Who changes them can draw pods with valuable tokens to a \
              node that it holds already.",
        mend: "Give `update` and `patch` on nodes to Kubernetes' own components only.",
        answers: &["mitre T1610"],
    },
    Risk {
        id: "access-cluster-admin",
        title: "a subject is cluster-admin",
        severity: Severity::High,
        why: "It may do everything, also in namespaces that are made later. For a service account this means that \
              whoever breaks into one of its pods owns the cluster.",
        mend: "Give a role with the verbs and resources that are needed, in the namespaces where they are.",
        answers: &["cis-1.12 5.1.1", "nsa authentication", "mitre T1078"],
    },
    Risk {
        id: "access-default-account",
        title: "a default service account is given a role",
        severity: Severity::Low,
        why: "Pods that name no service account run as `default`, so that each of them has these rights.",
        mend: "Make a service account for the workload that needs the role, and bind it to that.",
        answers: &["cis-1.12 5.1.5"],
    },
    Risk {
        id: "access-empty-binding",
        title: "a binding names nobody",
        severity: Severity::Negligible,
        why: "It gives nothing, and hides what was meant.",
        mend: "Name its subjects, or take the binding away.",
        answers: &[],
    },
    Risk {
        id: "access-escalation",
        title: "a subject can become cluster-admin",
        severity: Severity::High,
        why: "Each step is one that its rights allow. What it may do at the end is everything, whatever its role \
              says.",
        mend: "Take away one right of the chain, or make the account in between unreachable: another namespace, \
               fewer rights.",
        answers: &[
            "cis-1.12 5.1.2",
            "cis-1.12 5.1.4",
            "cis-1.12 5.1.8",
            "cis-1.12 5.1.9",
            "cis-1.12 5.1.10",
            "cis-1.12 5.1.11",
            "cis-1.12 5.1.12",
            "cis-1.12 5.1.13",
            "mitre T1078",
        ],
    },
    Risk {
        id: "access-everyone",
        title: "everybody who is signed in is given a role",
        severity: Severity::Medium,
        why: "Every user and every service account has these rights, those that are made later included.",
        mend: "Bind the role to the group or the accounts that need it.",
        answers: &["nsa authentication"],
    },
    Risk {
        id: "access-lowers-guards",
        title: "admission webhooks and policies can be changed",
        severity: Severity::Medium,
        why: "They refuse what must not run. Who changes or deletes them can let it through.",
        mend: "Leave these rights to who installs the policies.",
        answers: &["cis-1.12 5.1.12"],
    },
    Risk {
        id: "access-missing-account",
        title: "a binding names a service account that is not there",
        severity: Severity::Low,
        why: "Whoever may create service accounts in that namespace can make it, and has the role.",
        mend: "Take the subject out of the binding, or correct its name and namespace.",
        answers: &[],
    },
    Risk {
        id: "access-missing-role",
        title: "a binding gives a role that is not there",
        severity: Severity::Low,
        why: "It gives nothing now. When a role of that name comes, its subjects have it at once.",
        mend: "Correct the name, hand in the role too, or take the binding away.",
        answers: &[],
    },
    Risk {
        id: "access-needless-token",
        title: "a token is mounted that nothing is given to",
        severity: Severity::Low,
        why: "The token opens whatever is given to all accounts, now or later, to who breaks into the pod.",
        mend: "Set `automountServiceAccountToken: false` in the pod or its service account.",
        answers: &["cis-1.12 5.1.6", "nsa authentication"],
    },
    Risk {
        id: "access-node-root",
        title: "a subject can become root on a node",
        severity: Severity::Medium,
        why: "A pod with the node's file system reads the secrets and tokens of all pods there.",
        mend: "Enforce Pod Security `baseline` or `restricted` in the namespace, and take away what lets it be \
               turned off.",
        answers: &["cis-1.12 5.1.4", "mitre T1611"],
    },
    Risk {
        id: "access-powerful-token",
        title: "a pod holds a token that leads to cluster-admin",
        severity: Severity::Medium,
        why: "Whoever breaks into the pod has the token.",
        mend: "Give the account less, or set `automountServiceAccountToken: false` where the workload does not \
               speak to the API server.",
        answers: &["cis-1.12 5.1.6", "mitre T1528"],
    },
    Risk {
        id: "access-reads-secrets",
        title: "a subject can come to read every secret",
        severity: Severity::Medium,
        why: "Secrets hold passwords, keys and tokens of all namespaces. `list` and `watch` show them as `get` does.",
        mend: "Give `get` on the secrets that are needed by `resourceNames`, in their namespace.",
        answers: &["cis-1.12 5.1.2", "mitre T1552"],
    },
    Risk {
        id: "access-rule-without-effect",
        title: "a rule never allows anything",
        severity: Severity::Low,
        why: "A request to create, or to delete a collection, carries no name, so that a rule with `resourceNames` \
              never matches.",
        mend: "Leave out `resourceNames` for `create` and `deletecollection`, or take the rule away.",
        answers: &[],
    },
    Risk {
        id: "access-sees-objects",
        title: "a webhook of one's own can be put in",
        severity: Severity::Medium,
        why: "The API server sends what others write to each webhook that matches: secrets too.",
        mend: "Leave webhook configurations to who installs them.",
        answers: &["cis-1.12 5.1.12"],
    },
    Risk {
        id: "access-unused-role",
        title: "a role is bound to nobody",
        severity: Severity::Negligible,
        why: "It waits for a binding that nobody reviews.",
        mend: "Take the role away, or bind it.",
        answers: &[],
    },
    Risk {
        id: "access-wildcard",
        title: "a rule allows every verb or every resource",
        severity: Severity::Medium,
        why: "`*` covers what is added later: new resources, new verbs such as `escalate` and `impersonate`.",
        mend: "List the verbs and resources that are needed.",
        answers: &["cis-1.12 5.1.3"],
    },
];

//! MITRE ATT&CK, the matrix for containers: techniques that a configuration makes possible. Those of
//! which no configuration tells are left out (reading roles, flooding the network, and others).

use super::About::{Access, Anything, Network, Pods};
use super::{Control, Framework};

pub static FRAMEWORK: Framework = Framework {
    id: "mitre",
    title: "MITRE ATT&CK for containers",
    controls: &[
        Control::new("T1190", "few programs face the public", Network),
        Control::new(
            "T1133",
            "no remote administration faces the public",
            Network,
        ),
        Control::new("T1078", "accounts are nobody's default", Anything),
        Control::new("T1609", "few may run commands in containers", Anything),
        Control::new("T1610", "few may deploy containers", Anything),
        Control::new("T1053", "jobs do not lie in wait", Anything),
        Control::new("T1204", "images cannot be swapped for malicious ones", Pods),
        Control::new("T1098", "few may widen the rights of accounts", Access),
        Control::new("T1136", "few may make accounts", Access),
        Control::new(
            "T1525",
            "images in the registry cannot be replaced unseen",
            Pods,
        ),
        Control::new(
            "T1543",
            "nothing starts again with the node by itself",
            Pods,
        ),
        Control::new("T1611", "containers have no way to the host", Pods),
        Control::new("T1068", "a flaw in a container gives no privileges", Pods),
        Control::new("T1612", "no images are built on nodes", Pods),
        Control::new("T1036", "nothing passes for part of the system", Anything),
        Control::new("T1562", "defences cannot be switched off", Anything),
        Control::new("T1070", "traces cannot be removed", Anything),
        Control::new("T1550", "tokens cannot be used elsewhere", Anything),
        Control::new("T1552", "no credentials lie in the open", Anything),
        Control::new("T1528", "tokens cannot be stolen from pods", Anything),
        Control::new("T1110", "nothing lets passwords be guessed", Network),
        Control::new(
            "T1613",
            "containers cannot look around in the cluster",
            Anything,
        ),
        Control::new(
            "T1046",
            "containers cannot look around in the network",
            Network,
        ),
        Control::new("T1485", "few may destroy data", Anything),
        Control::new("T1496", "limits bound what can be hijacked", Anything),
        Control::new("T1499", "one container cannot starve the others", Anything),
    ],
};

//! Random clusters: few names and numbers, so that everything meets.

use crate::model::{
    Action, AdminPolicy, Cidr, Labels, Model, Namespace, NetworkPolicy, Node, Peer, Pod, Port,
    Rule, Selector, Term,
};

/// A small generator of numbers (splitmix64): the same seed, the same cluster, everywhere.
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    fn many<T>(&mut self, from: u64, to: u64, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = from + self.below(to - from + 1);
        (0..count).map(|_| one(self)).collect()
    }
}

const NAMES: [&str; 3] = ["blue", "green", "red"];
const KEYS: [&str; 3] = ["app", "tier", "team"];
const VALUES: [&str; 3] = ["x", "y", "z"];
const PROTOCOLS: [&str; 4] = ["TCP", "TCP", "UDP", "SCTP"];
const NUMBERS: [u16; 6] = [1, 80, 81, 443, 8080, 65535];
const PORT_NAMES: [&str; 2] = ["http", "dns"];
const POD_ADDRESSES: [&str; 6] = [
    "10.0.0.1",
    "10.0.0.2",
    "10.0.1.1",
    "10.0.1.255",
    "fd00::1",
    "fd00:0:1::1",
];
const BLOCKS: [(&str, &[&str]); 9] = [
    (
        "0.0.0.0/0",
        &["10.0.0.0/8", "192.168.0.0/16", "169.254.169.254/32"],
    ),
    ("10.0.0.0/8", &["10.0.0.0/24", "10.0.1.0/24", "10.0.0.1/32"]),
    ("10.0.0.0/23", &["10.0.1.128/25"]),
    ("192.168.0.0/16", &["192.168.255.255/32"]),
    ("10.0.0.1/32", &[]),
    ("::/0", &["fd00::/8"]),
    ("fd00::/8", &["fd00::/32", "fd00:0:1::/48"]),
    ("fd00::1/128", &[]),
    ("10.0.0.77/24", &["10.0.0.0/25"]),
];

pub fn cluster(random: &mut Random) -> Model {
    let names = &NAMES[..=random.below(3) as usize];
    let namespaces = names.iter().map(|name| Namespace {
        name,
        labels: labels(random),
    });
    let namespaces: Vec<Namespace> = namespaces.collect();
    let nodes = ["172.16.0.1", "172.16.0.2"].map(|address| Node {
        labels: labels(random),
        address: address.parse().unwrap(),
    });
    let mut free = POD_ADDRESSES.to_vec();
    let count = 1 + random.below(4);
    let mut pods = Vec::new();
    for index in 0..count {
        let host_network = random.percent(10);
        let address = random
            .percent(35)
            .then(|| free.swap_remove(random.below(free.len() as u64) as usize));
        pods.push(Pod {
            namespace: random.below(namespaces.len() as u64) as usize,
            name: format!("pod-{index}"),
            labels: labels(random),
            ports: ports_of_pod(random),
            host_network,
            address: address.map(|text| text.parse().unwrap()),
            node: (host_network && random.percent(70)).then(|| random.below(2) as usize),
        });
    }
    let spaces = namespaces.len() as u64;
    let mut admin = random.many(0, 2, |random| {
        let kind = random.pick(&["AdminNetworkPolicy", "ClusterNetworkPolicy"]);
        let is_baseline = kind == "ClusterNetworkPolicy" && random.percent(35);
        admin_policy(random, kind, is_baseline)
    });
    if random.percent(25) {
        admin.push(admin_policy(random, "BaselineAdminNetworkPolicy", true));
    }
    // Policies of one priority that contradict each other are not defined: each has its own.
    for (index, policy) in admin.iter_mut().enumerate() {
        policy.priority = if policy.kind == "BaselineAdminNetworkPolicy" {
            0
        } else {
            1 + ((policy.priority * 7 + index as u16 * 11) % 30) * 3 + index as u16
        };
    }
    Model {
        policies: random.many(0, 3, |random| network_policy(random, spaces)),
        namespaces,
        pods,
        nodes: nodes.into(),
        admin,
    }
}

fn labels(random: &mut Random) -> Labels {
    let mut out = Labels::new();
    for key in KEYS {
        if random.percent(60) {
            out.insert(key, random.pick(&VALUES));
        }
    }
    out
}

fn ports_of_pod(random: &mut Random) -> Vec<(&'static str, &'static str, u16)> {
    random.many(0, 2, |random| {
        (
            random.pick(&PORT_NAMES),
            random.pick(&PROTOCOLS),
            random.pick(&NUMBERS),
        )
    })
}

fn selector(random: &mut Random) -> Selector {
    if random.percent(35) {
        return Vec::new();
    }
    random.many(1, 2, |random| {
        let key = random.pick(&KEYS);
        match random.below(6) {
            0 => Term::In(key, random.many(1, 2, |random| random.pick(&VALUES))),
            1 => Term::NotIn(key, random.many(1, 2, |random| random.pick(&VALUES))),
            2 => Term::Exists(key),
            3 => Term::DoesNotExist(key),
            _ => Term::Equals(key, random.pick(&VALUES)),
        }
    })
}

fn namespaces(random: &mut Random) -> Selector {
    if random.percent(30) {
        vec![Term::Equals(
            "kubernetes.io/metadata.name",
            random.pick(&NAMES),
        )]
    } else {
        selector(random)
    }
}

fn port(random: &mut Random, admin: bool) -> Port {
    let protocol = random.pick(&PROTOCOLS);
    match random.below(10) {
        0 if !admin => Port::Protocol(protocol),
        1..=2 => {
            let (a, b) = (random.pick(&NUMBERS), random.pick(&NUMBERS));
            Port::Range(protocol, a.min(b), a.max(b))
        }
        3..=4 => Port::Named(random.pick(&PORT_NAMES), (!admin).then_some(protocol)),
        _ => Port::Number(protocol, random.pick(&NUMBERS)),
    }
}

fn network_policy(random: &mut Random, spaces: u64) -> NetworkPolicy {
    let types = match random.below(5) {
        0 => None,
        1 => Some(Vec::new()),
        2 => Some(vec!["Ingress"]),
        3 => Some(vec!["Egress"]),
        _ => Some(vec!["Ingress", "Egress"]),
    };
    let rules = |random: &mut Random| (!random.percent(20)).then(|| random.many(0, 2, own_rule));
    NetworkPolicy {
        namespace: random.below(spaces) as usize,
        pods: selector(random),
        types,
        ingress: rules(random),
        egress: rules(random),
    }
}

fn own_rule(random: &mut Random) -> Rule {
    let peers = random.many(0, 2, |random| match random.below(5) {
        0 => Peer::Own(selector(random)),
        1 => Peer::Pods(namespaces(random), selector(random)),
        2 => Peer::Namespaces(namespaces(random)),
        _ => {
            let (cidr, except) = random.pick(&BLOCKS);
            let except = except.iter().filter(|_| random.percent(50));
            Peer::Block(
                Cidr::new(cidr),
                except.map(|text| Cidr::new(text)).collect(),
            )
        }
    });
    Rule {
        action: Action::Allow,
        peers,
        ports: random.many(0, 2, |random| port(random, false)),
    }
}

fn admin_policy(random: &mut Random, kind: &'static str, is_baseline: bool) -> AdminPolicy {
    let may_pass = kind != "BaselineAdminNetworkPolicy";
    let rule = |random: &mut Random, egress: bool| {
        let peers = random.many(1, 2, |random| {
            match random.below(if egress { 5 } else { 3 }) {
                0 => Peer::Namespaces(namespaces(random)),
                1..=2 => Peer::Pods(namespaces(random), selector(random)),
                3 => Peer::Nodes(selector(random)),
                _ => Peer::Networks(random.many(1, 2, |random| Cidr::new(random.pick(&BLOCKS).0))),
            }
        });
        let action = match random.below(if may_pass { 3 } else { 2 }) {
            0 => Action::Allow,
            1 => Action::Deny,
            _ => Action::Pass,
        };
        Rule {
            action,
            peers,
            ports: random.many(0, 2, |random| port(random, true)),
        }
    };
    AdminPolicy {
        kind,
        is_baseline,
        priority: random.below(40) as u16,
        namespaces: namespaces(random),
        pods: random.percent(50).then(|| selector(random)),
        ingress: random.many(0, 2, |random| rule(random, false)),
        egress: random.many(0, 2, |random| rule(random, true)),
    }
}

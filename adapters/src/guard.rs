//! Which addresses an endpoint may lead to: a mistyped or hostile endpoint must not make the hub
//! talk to its own network (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The name or address leads into a private network, and that is not allowed here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a public address")]
pub struct AddressNotAllowed(pub String);

/// Why a host name gave no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// All its addresses are private.
    #[error(transparent)]
    NotAllowed(#[from] AddressNotAllowed),
    /// The name service gave none.
    #[error("the name {host} has no address: {error}")]
    Lookup {
        /// The name.
        host: String,
        /// What the resolver said.
        error: std::io::Error,
    },
}

/// The rule, from the hub's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Whether private addresses (and plain HTTP) are allowed, for closed networks and tests.
    pub allow_private: bool,
}

impl Guard {
    /// Whether an address may be connected to.
    pub fn check(&self, address: IpAddr) -> Result<(), AddressNotAllowed> {
        if self.allow_private || is_public(address) {
            return Ok(());
        }
        Err(AddressNotAllowed(address.to_string()))
    }

    /// The allowed addresses of a host; private ones among them are left out, so that a name that
    /// is bound to another address between check and use gains nothing.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
        let failed = |error| LookupError::Lookup { host: host.to_owned(), error };
        let all: Vec<_> = tokio::net::lookup_host((host, port)).await.map_err(failed)?.collect();
        let allowed: Vec<_> = all.iter().copied().filter(|a| self.check(a.ip()).is_ok()).collect();
        if allowed.is_empty() {
            if all.is_empty() {
                return Err(failed(std::io::ErrorKind::NotFound.into()));
            }
            return Err(AddressNotAllowed(host.to_owned()).into());
        }
        Ok(allowed)
    }
}

/// Whether an address is reachable over the internet and belongs to nobody's inner network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let is_special = a == 0                              // this network
        || (a == 100 && (64..128).contains(&b))          // carrier-grade NAT, RFC 6598
        || (a == 192 && b == 0 && c == 0)                // protocol assignments
        || (a == 198 && (b == 18 || b == 19))            // benchmarks
        || a >= 240; // reserved and broadcast
    !(is_special
        || v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local() // and with it the clouds' 169.254.169.254
        || v4.is_multicast()
        || v4.is_documentation())
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    let tail = || Ipv4Addr::from((u32::from(s[6]) << 16) | u32::from(s[7]));
    if v6.to_ipv4_mapped().is_some() || s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(tail());
    }
    if s[0] == 0x2002 {
        return is_public_v4(Ipv4Addr::from((u32::from(s[1]) << 16) | u32::from(s[2])));
    }
    let is_global_unicast = s[0] & 0xe000 == 0x2000;
    let is_special = s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8);
    is_global_unicast && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "fec0::1",
        ];
        let guard = Guard { allow_private: false };
        for text in private {
            let address: IpAddr = text.parse().expect("an address");
            assert!(guard.check(address).is_err(), "{text}");
            assert!(Guard { allow_private: true }.check(address).is_ok());
        }
        for text in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::101:101"] {
            assert!(guard.check(text.parse().expect("an address")).is_ok(), "{text}");
        }
    }

    #[tokio::test]
    async fn names_of_private_addresses_are_refused() {
        let error = Guard { allow_private: false }.resolve("localhost", 80).await.expect_err("no");
        assert!(matches!(error, LookupError::NotAllowed(_)), "{error}");
        assert!(Guard { allow_private: true }.resolve("localhost", 80).await.is_ok());
    }
}

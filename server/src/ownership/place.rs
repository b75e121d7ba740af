//! Where a server is, told apart from everywhere else on earth: a machine since its start, a network of it, and an
//! address in it, where no two processes can listen at the same time.

use std::fs;
use std::net::SocketAddr;

/// The place of who listens on `address`; empty where the system does not tell enough.
///
/// Who listens where the owner did knows that the owner has ended, and need not wait for it to be silent long enough: a
/// server that is started again after a kill serves at once.
pub(crate) fn of(address: SocketAddr) -> String {
    let machine = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let network = fs::read_link("/proc/self/ns/net");
    match (machine, network) {
        (Ok(machine), Ok(network)) => format!("{} {} {address}", machine.trim(), network.display()),
        _ => String::new(),
    }
}

/// The address of who is at `place`, if others can make use of it.
pub(super) fn address_in(place: &str) -> Option<SocketAddr> {
    let address: SocketAddr = place.rsplit(' ').next()?.parse().ok()?;
    (!address.ip().is_unspecified()).then_some(address)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_address_of_one_network_of_one_machine() {
        let [here, there] =
            ["127.0.0.1:7070", "127.0.0.1:7071"].map(|text| of(text.parse().expect("an address")));
        assert!(here.ends_with(" 127.0.0.1:7070") && here.contains("net:["), "{here}");
        assert_ne!(here, there);
        assert_eq!(here, of("127.0.0.1:7070".parse().expect("an address")));
        assert_eq!(address_in(&here), "127.0.0.1:7070".parse().ok());
        assert_eq!(["", "a place", "a b 0.0.0.0:7070", "a b [::]:7070"].map(address_in), [None; 4]);
    }
}

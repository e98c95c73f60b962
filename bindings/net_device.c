// SPDX-License-Identifier: GPL-2.0
/* Network devices. Written in Ruby: bindings/ruby/mrblib/net_device.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(net_device,
	"Network devices, from /sys/class/net: those of init's namespace. An object is a snapshot. Linux::NetDevice is Enumerable, as if it were a list.",
	{ KMVM_IN_RUBY, "NetDevice.each { |device| } -> Linux::NetDevice",
	  "Each device, by name; those that go meanwhile are left out. Without a block, an Enumerator." },
	{ KMVM_IN_RUBY, "NetDevice.find(name) -> NetDevice or nil",
	  "The device of that name." },
	{ KMVM_IN_RUBY, "NetDevice#name -> String",
	  "Its name." },
	{ KMVM_IN_RUBY, "NetDevice#index -> Integer",
	  "Its number." },
	{ KMVM_IN_RUBY, "NetDevice#mtu -> Integer",
	  "Bytes of its longest packet." },
	{ KMVM_IN_RUBY, "NetDevice#flags -> Integer",
	  "IFF_UP and the like, as in linux/if.h." },
	{ KMVM_IN_RUBY, "NetDevice#up? -> true or false",
	  "Is it up, as ip link set up says?" },
	{ KMVM_IN_RUBY, "NetDevice#state -> Symbol",
	  ":up, :down, :unknown and the like, as its driver sees it." },
	{ KMVM_IN_RUBY, "NetDevice#address -> String",
	  "Its hardware address." },
	{ KMVM_IN_RUBY, "NetDevice#stats -> Hash",
	  "Its counters, by their names as symbols: :rx_packets, :tx_bytes." });

# SPDX-License-Identifier: GPL-2.0
# Sourced after common.sh: packages of any Debian suite, through the mirrors, proxies and
# keys this machine's apt is set up with. Lists, state and downloads lie in a folder of
# their own, so nothing of the system changes and no root is needed. POSIX sh.

# apt_bases KIND: base addresses of the configured archives, KIND is main or security.
# apt itself reads the sources, so it does not matter in which format they are written.
apt_bases() {
	apt-get update --print-uris 2>/dev/null |
	sed -n "s|^'\(.*\)/dists/\(.*\)/\(In\)\{0,1\}Release'.*|\1 \2|p" |
	while read -r base suite; do
		case $suite in
		*-security | */updates)
			kind=security
			;;
		oldstable* | stable* | testing* | unstable | sid | "$(apt_codename)"*)
			kind=main
			;;
		*)
			continue
			;;
		esac
		[ "$kind" != "$1" ] || printf '%s\n' "$base"
	done | awk '!seen[$0]++'
}

apt_codename() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null
}

# apt_line TYPE BASE SUITE
apt_line() {
	options=
	for keys in /usr/share/keyrings/debian-archive-keyring.gpg \
		    /usr/share/keyrings/debian-archive-keyring.pgp; do
		[ -e "$keys" ] && options="[signed-by=$keys] " && break
	done
	printf '%s %s%s %s main\n' "$1" "$options" "$2" "$3"
}

# apt_open DIR TYPE SUITE...: makes DIR the private state; then private_apt works there.
apt_open() {
	apt_dir=$1 apt_type=$2
	shift 2
	have apt-get || return 1
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial" "$apt_dir/preferences"
	: >"$apt_dir/status"
	: >"$apt_dir/sources.list"
	for suite; do
		case $suite in
		*-security)
			bases=$(apt_bases security)
			# A machine without security updates still has a mirror that carries them.
			[ -n "$bases" ] || bases=$(apt_bases main | sed 's,/*$,-security,')
			;;
		*)
			bases=$(apt_bases main)
			;;
		esac
		for base in $bases; do
			apt_line "$apt_type" "$base" "$suite" >>"$apt_dir/sources.list"
		done
	done
	[ -s "$apt_dir/sources.list" ] || return 1
	# The machine's hooks after an update are written for its own lists, not for ours.
	cat >"$apt_dir/apt.conf" <<-EOF
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear DPkg::Post-Invoke;
		Dir::State "$apt_dir";
		Dir::State::lists "$apt_dir/lists";
		Dir::State::status "$apt_dir/status";
		Dir::Cache "$apt_dir";
		Dir::Cache::archives "$apt_dir/archives";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Cache::srcpkgcache "srcpkgcache.bin";
		Dir::Etc::sourcelist "$apt_dir/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::Etc::preferences "-";
		Dir::Etc::preferencesparts "$apt_dir/preferences";
		Dir::Log "$apt_dir";
		Acquire::Languages "none";
		Acquire::Retries "2";
		Acquire::http::Timeout "30";
		Acquire::https::Timeout "30";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Sandbox::User "";
		APT::Get::List-Cleanup "true";
	EOF
	private_apt get -q update >"$apt_dir/update.log" 2>&1
}

# private_apt get|cache ARG...
private_apt() {
	verb=$1
	shift
	"apt-$verb" -c "$apt_dir/apt.conf" "$@"
}

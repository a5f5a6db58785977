// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/findingsteps.h"

namespace rivereto::core {

namespace {

constexpr FindingStep kTemplates[] = {
    {"Cisco IOS-XE", "flow exporter NAME\n template data timeout 60"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n version v9\n  template timeout 60"},
    {"Cisco NX-OS", "flow exporter NAME\n version 9\n  template data timeout 60"},
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME template-refresh-rate seconds 60"},
    {"Arista EOS", "flow tracking sampled\n tracker NAME\n  exporter NAME\n   template interval 60000"},
    {"Nokia SR OS", "configure cflowd template-retransmit 60"},
    {"Huawei NetEngine (minutes)", "ip netstream export template timeout-rate 1\nipv6 netstream export template timeout-rate 1"},
    {"Fortinet FortiOS 7.4 and later (before: minutes)", "config system netflow\n set template-tx-timeout 60\nend"},
    {"MikroTik RouterOS", "/ip traffic-flow target set [find] v9-template-refresh=20 v9-template-timeout=1m"},
};
constexpr FindingStep kSampling[] = {
    {"Cisco IOS-XE", "flow exporter NAME\n option sampler-table timeout 60"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n version v9\n  options sampler-table timeout 60"},
    {"Cisco NX-OS", "flow exporter NAME\n version 9\n  option sampler-table timeout 60"},
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME option-refresh-rate seconds 60"},
    {"Huawei NetEngine", "ip netstream export template option sampler\nip netstream export option sampler timeout-rate 1"},
    {"pmacct", "sampling_rate: N"},
    {"softflowd", "softflowd -s N …"},
    {"Rivereto", "[exporters]\ndefault-sampling = N"},
};
constexpr FindingStep kSampleDrops[] = {
    {"Arista EOS", "sflow sample 16384"},
    {"Juniper Junos", "set protocols sflow sample-rate ingress 16384"},
};
constexpr FindingStep kClocks[] = {
    {"Cisco IOS-XE, IOS-XR and NX-OS, Arista EOS", "ntp server ADDRESS"},
    {"Juniper Junos", "set system ntp server ADDRESS"},
    {"Nokia SR OS", "configure system time ntp server ADDRESS\nconfigure system time ntp no shutdown"},
    {"Huawei", "ntp-service unicast-server ADDRESS"},
    {"Fortinet FortiOS", "config system ntp\n set ntpsync enable\nend"},
    {"MikroTik RouterOS 7", "/system ntp client set enabled=yes servers=ADDRESS"},
    {"Rivereto", "[[input]]\ntime = \"udp\""},
};
constexpr FindingStep kTimes[] = {
    {"Rivereto", "[[input]]\ntime = \"udp\""},
};
constexpr FindingStep kTimeouts[] = {
    {"Cisco IOS-XE", "flow monitor NAME\n cache timeout active 60\n cache timeout inactive 15"},
    {"Cisco IOS-XR", "flow monitor-map NAME\n cache timeout active 60\n cache timeout inactive 15"},
    {"Cisco NX-OS", "flow timeout active 60\nflow timeout inactive 15"},
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME flow-active-timeout 60\nset services flow-monitoring version-ipfix template NAME flow-inactive-timeout 15"},
    {"Arista EOS", "flow tracking sampled\n tracker NAME\n  record export on interval 60000\n  record export on inactive timeout 15000"},
    {"Nokia SR OS (active: minutes)", "configure cflowd active-timeout 1\nconfigure cflowd inactive-timeout 15"},
    {"Huawei NetEngine (active: minutes)", "ip netstream timeout active 1\nip netstream timeout inactive 15"},
    {"Fortinet FortiOS 7.4 and later (before: minutes)", "config system netflow\n set active-flow-timeout 60\n set inactive-flow-timeout 15\nend"},
    {"MikroTik RouterOS", "/ip traffic-flow set active-flow-timeout=1m inactive-flow-timeout=15s"},
    {"VMware vSphere Distributed Switch", "Configure > Settings > NetFlow > Active flow export timeout: 60, Idle flow export timeout: 15"},
    {"softflowd", "softflowd -t maxlife=60 -t tcp=15 -t udp=15 -t general=15 …"},
    {"pmacct", "nfprobe_timeouts: maxlife=60:tcp=15:udp=15:general=15"},
};
constexpr FindingStep kDomains[] = {
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME observation-domain-id NUMBER"},
    {"VMware vSphere Distributed Switch", "Configure > Settings > NetFlow > Observation Domain ID: NUMBER"},
    {"pmacct", "nfprobe_engine: NUMBER"},
};
constexpr FindingStep kInterfaces[] = {
    {"Cisco IOS-XE", "flow record NAME\n match interface input\n collect interface output"},
    {"Cisco NX-OS", "flow record NAME\n match interface input\n collect interface output"},
    {"softflowd", "softflowd -i INDEX:INTERFACE …"},
    {"pmacct", "nfprobe_ifindex: INDEX"},
};
constexpr FindingStep kNames[] = {
    {"Cisco IOS-XE", "flow exporter NAME\n option interface-table timeout 60"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n version v9\n  options interface-table timeout 60"},
    {"Cisco NX-OS", "flow exporter NAME\n version 9\n  option interface-table timeout 60"},
};
constexpr FindingStep kSources[] = {
    {"Cisco IOS-XE", "flow exporter NAME\n source Loopback0"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n source Loopback0"},
    {"Cisco NX-OS", "flow exporter NAME\n source loopback0"},
    {"Juniper Junos", "set forwarding-options sampling instance NAME family inet output inline-jflow source-address ADDRESS"},
    {"Arista EOS", "flow tracking sampled\n tracker NAME\n  exporter NAME\n   local interface Loopback0"},
    {"Arista EOS, sFlow", "sflow source-interface Loopback0"},
    {"Huawei", "ip netstream export source ADDRESS"},
    {"Fortinet FortiOS", "config system netflow\n config collectors\n  edit NUMBER\n   set source-ip ADDRESS\n  next\n end\nend"},
    {"MikroTik RouterOS", "/ip traffic-flow target set [find] src-address=ADDRESS"},
    {"pmacct", "nfprobe_source_ip: ADDRESS"},
};
constexpr FindingStep kCounters[] = {
    {"Cisco IOS-XE", "show flow exporter statistics"},
    {"Cisco IOS-XR", "show flow exporter NAME location LOCATION"},
    {"Cisco NX-OS", "show flow exporter"},
    {"Juniper Junos", "show services accounting errors inline-jflow fpc-slot SLOT"},
    {"Arista EOS", "show flow tracking sampled counters"},
    {"Nokia SR OS", "show cflowd status"},
    {"Fortinet FortiOS", "diagnose test application sflowd 3"},
    {"Linux, this machine", "nstat -az UdpRcvbufErrors UdpInErrors"},
};
constexpr FindingStep kBuffers[] = {
    {"Linux, as root", "sysctl -w net.core.rmem_max=67108864"},
};

} // namespace

const std::span<const FindingStep> kTemplateSteps = kTemplates;
const std::span<const FindingStep> kSamplingSteps = kSampling;
const std::span<const FindingStep> kSampleDropSteps = kSampleDrops;
const std::span<const FindingStep> kClockSteps = kClocks;
const std::span<const FindingStep> kTimeSteps = kTimes;
const std::span<const FindingStep> kTimeoutSteps = kTimeouts;
const std::span<const FindingStep> kDomainSteps = kDomains;
const std::span<const FindingStep> kInterfaceSteps = kInterfaces;
const std::span<const FindingStep> kNameSteps = kNames;
const std::span<const FindingStep> kSourceSteps = kSources;
const std::span<const FindingStep> kCounterSteps = kCounters;
const std::span<const FindingStep> kBufferSteps = kBuffers;

} // namespace rivereto::core

/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The kernel side: scope → classify → copy. Data at the exit of system calls and around TLS calls; life of processes,
 * sockets and cgroups. Works from 5.10 on; what that kernel refuses stands in docs/architecture.md.
 */
#include "bpf/kernel_types.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifndef bool
#define bool _Bool
#define true 1
#define false 0
#endif

#include "bpf/state.h"
#include "bpf/ring.h"
#include "bpf/scope.h"
#include "bpf/socket.h"
#include "bpf/classify.h"
#include "bpf/shed.h"
#include "bpf/copy.h"
#include "bpf/connection.h"
#include "bpf/syscalls.h"
#include "bpf/registers.h"
#include "bpf/tls.h"
#include "bpf/tls_go.h"
#include "bpf/tls_rust.h"
#include "bpf/tls_evidence.h"
#include "bpf/files.h"
#include "bpf/calls.h"
#include "bpf/life.h"

char program_license[] SEC("license") = "GPL";

/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * Arguments and results of C functions at a uprobe (System V AMD64 ABI, AAPCS64), and of Go's (ABIInternal), with the
 * goroutine: the address of its runtime.g. Go has it in the same register at system calls.
 */
#if defined(__TARGET_ARCH_x86)
#define user__arg0(ctx) ((ctx)->di)
#define user__arg1(ctx) ((ctx)->si)
#define user__arg2(ctx) ((ctx)->dx)
#define user__arg3(ctx) ((ctx)->cx)
#define user__result(ctx) ((ctx)->ax)
#define user__result1(ctx) ((ctx)->dx)
#define user__sp(ctx) ((ctx)->sp)
#define go__arg0(ctx) ((ctx)->ax)
#define go__arg1(ctx) ((ctx)->bx)
#define go__arg2(ctx) ((ctx)->cx)
#define go__returned(ctx) ((ctx)->ax)
#define go__g(ctx) ((ctx)->r14)
#elif defined(__TARGET_ARCH_arm64)
#define user__arg0(ctx) ((ctx)->regs[0])
#define user__arg1(ctx) ((ctx)->regs[1])
#define user__arg2(ctx) ((ctx)->regs[2])
#define user__arg3(ctx) ((ctx)->regs[3])
#define user__result(ctx) ((ctx)->regs[0])
#define user__result1(ctx) ((ctx)->regs[1])
#define user__sp(ctx) ((ctx)->sp)
#define go__arg0(ctx) ((ctx)->regs[0])
#define go__arg1(ctx) ((ctx)->regs[1])
#define go__arg2(ctx) ((ctx)->regs[2])
#define go__returned(ctx) ((ctx)->regs[0])
#define go__g(ctx) ((ctx)->regs[28])
#endif

// SPDX-License-Identifier: MIT
//
// SANITIZED: is the program built with a sanitizer? Its shadow takes more addresses than any limit, and its runtime reads files and
// asks for calls of its own, so limits and filters make way for it.
#ifndef VOC_BASE_SANITIZED_H
#define VOC_BASE_SANITIZED_H

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a test asks these programs: on standard input a letter, the length in four bytes (network order) and so many
// bytes; each is answered by a line.

#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>

namespace apiarist::oracles {

// `answer(letter, bytes)` is the line. The status of the program.
template <typename Answer>
int answer_all(const Answer& answer) {
    std::array<char, 5> head{};
    while (std::cin.read(head.data(), head.size())) {
        std::uint32_t size = 0;
        for (std::size_t i = 1; i < head.size(); ++i)
            size = size << 8 | static_cast<unsigned char>(head[i]);
        std::string bytes(size, '\0');
        if (!std::cin.read(bytes.data(), size)) return 1;
        std::cout << answer(head[0], bytes) << std::endl;
    }
    return 0;
}

}  // namespace apiarist::oracles

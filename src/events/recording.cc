// SPDX-License-Identifier: Apache-2.0
#include "events/recording.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/private_file.h"
#include "bpf/abi.h"

namespace apiarist::events {
namespace {

constexpr char kMagic[8] = {'A', 'P', 'I', 'A', 'R', 'R', 'E', 'C'};
// No record of the kernel programs is longer; a longer one means that the file is damaged.
constexpr std::uint32_t kMaxRecord = 64 << 10;

std::size_t padded(std::size_t size) {
    return (size + 7) & ~std::size_t{7};
}

}  // namespace

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::make(const std::string& path, std::int64_t realtime_offset_ns,
                                                               std::string_view instance_id) {
    auto created = create_private_file(path);
    if (!created) return std::move(created).error().context("recording");
    Fd fd = std::move(*created);
    if (!fd) return Error::from_errno(errno, "recording " + path);
    File file(::fdopen(fd.get(), "wb"));
    if (!file) return Error::from_errno(errno, "recording " + path);
    (void)fd.release();
    RecordingHeader header{};
    std::memcpy(header.magic, kMagic, sizeof(kMagic));
    header.version = AP_ABI_VERSION;
    header.header_size = sizeof(header);
    header.realtime_offset_ns = realtime_offset_ns;
    std::memcpy(header.instance_id, instance_id.data(), std::min(instance_id.size(), sizeof(header.instance_id) - 1));
    if (std::fwrite(&header, sizeof(header), 1, file.get()) != 1) return Error::from_errno(errno, "recording " + path);
    return std::unique_ptr<RecordingWriter>(new RecordingWriter(std::move(file)));
}

void RecordingWriter::write(std::span<const std::byte> record) {
    static constexpr std::array<std::byte, 8> kZeros{};
    ap_header header;
    if (record.size() < sizeof(header)) return;
    std::memcpy(&header, record.data(), sizeof(header));
    if (header.len < sizeof(header) || header.len > record.size()) return;
    const std::size_t padding = padded(header.len) - header.len;
    const std::scoped_lock lock(mutex_);
    failed_ |= std::fwrite(record.data(), 1, header.len, file_.get()) != header.len;
    failed_ |= std::fwrite(kZeros.data(), 1, padding, file_.get()) != padding;
}

Status RecordingWriter::finish() {
    const std::scoped_lock lock(mutex_);
    failed_ |= std::fflush(file_.get()) != 0;
    if (failed_) return Error{std::errc::io_error, "recording: not all could be written (disk full?)"};
    return Done{};
}

Result<RecordingReader> RecordingReader::make(const std::string& path) {
    File file(std::fopen(path.c_str(), "rbe"));
    if (!file) return Error::from_errno(errno, "recording " + path);
    RecordingHeader header;
    if (std::fread(&header, sizeof(header), 1, file.get()) != 1 ||
        std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0)
        return Error{std::errc::invalid_argument, path + ": not a recording"};
    if (header.version != AP_ABI_VERSION || header.header_size != sizeof(header))
        return Error{std::errc::invalid_argument, path + ": recording of version " + std::to_string(header.version) +
                                                      ", this program reads " + std::to_string(AP_ABI_VERSION)};
    header.instance_id[sizeof(header.instance_id) - 1] = '\0';
    return RecordingReader(std::move(file), header);
}

std::span<const std::byte> RecordingReader::next() {
    ap_header header;
    const std::size_t got = std::fread(&header, 1, sizeof(header), file_.get());
    if (got == 0) return {};
    if (got != sizeof(header) || header.len < sizeof(header) || header.len > kMaxRecord) {
        cut_ = true;
        return {};
    }
    const std::size_t rest = padded(header.len) - sizeof(header);
    buffer_.resize(sizeof(header) + rest);
    std::memcpy(buffer_.data(), &header, sizeof(header));
    if (std::fread(buffer_.data() + sizeof(header), 1, rest, file_.get()) != rest) {
        cut_ = true;
        return {};
    }
    return std::span<const std::byte>(buffer_).first(header.len);
}

}  // namespace apiarist::events

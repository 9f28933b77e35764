import CLinux
import Glibc

/// Takes the pages out of this process's memory that only its start has used: code and tables of the
/// program and its libraries, most of which read the configuration and are never needed again.
///
/// They are the files' own pages, read-only, so whichever is touched again comes back unchanged from the
/// page cache; what was written, relocations too, stays. (madvise(2), MADV_DONTNEED on a file's mapping.)
func giveBackStartupPages() {
    malloc_trim(0)
    _ = dl_iterate_phdr(
        { object, _, _ in
            guard let object else { return 0 }
            let headers = UnsafeBufferPointer(start: object.pointee.dlpi_phdr, count: Int(object.pointee.dlpi_phnum))
            for header in headers where header.p_type == PT_LOAD && header.p_flags & UInt32(PF_W) == 0 {
                let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
                let start = (UInt(object.pointee.dlpi_addr) + UInt(header.p_vaddr)) / page * page
                let end = UInt(object.pointee.dlpi_addr) + UInt(header.p_vaddr) + UInt(header.p_memsz)
                madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
            }
            return 0
        }, nil)
}

/// The bytes changed as a script says: groups of three bytes are what to do, where, and with what.
func edited(_ original: [UInt8], by script: some Collection<UInt8>) -> [UInt8] {
    var bytes = original
    var steps = script.makeIterator()
    while let kind = steps.next(), let place = steps.next(), let byte = steps.next() {
        // The kind's upper bits reach places past 255.
        let place = (Int(kind >> 3) << 8 | Int(place)) % (bytes.count + 1)
        switch kind & 7 {
        case 0: bytes.insert(byte, at: place)
        case 1: if place < bytes.count { bytes[place] = byte }
        case 2: if place < bytes.count { bytes[place] ^= 1 << (byte & 7) }
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int(byte & 31)))
        case 4: bytes = Array(bytes.prefix(place))
        case 5: bytes.append(byte)
        case 6: bytes.swapAt(0, place < bytes.count ? place : 0)
        default: bytes.insert(contentsOf: bytes.dropFirst(place).prefix(Int(byte)), at: place)
        }
        if bytes.isEmpty { return bytes }
    }
    return bytes
}

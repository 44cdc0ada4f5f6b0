module apiarist.test/peer

go 1.16

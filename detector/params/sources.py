"""Publications that several parameters come from."""

FUKUMOTO = "Fukumoto 1981, pubmed 7258548"
SOKOLOFF = "PMC8513809"
JCSM = "JCSM 27931"
ISLER = "Isler 2016, PMC5119274"
WASM = "PMC9619152"
